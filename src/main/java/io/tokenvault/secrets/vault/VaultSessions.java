package io.tokenvault.secrets.vault;

import io.quarkus.vault.client.VaultClient;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.vault.VaultCredentials.Granted;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Logs in when it is needed. However many callers need it at once, one of them does it, and all share the outcome. */
final class VaultSessions {
    private static final Duration RENEWAL_PAUSE = Duration.ofSeconds(5);

    /** A client that carries a token, when that token should be replaced, and when it ends, by our clock. */
    record Session(
            VaultClient client,
            @Nullable Long renewAt,
            @Nullable Long endsAt) {
        @Override
        public String toString() {
            return "Session[***]";
        }
    }

    private final String backend;
    private final VaultClient anonymous;
    private final VaultCredentials credentials;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Session> session = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Session>> login = new AtomicReference<>();

    /**
     * @param anonymous a client without a token, in our namespace
     * @param nanoTime a clock that never goes back
     */
    VaultSessions(String backend, VaultClient anonymous, VaultCredentials credentials, LongSupplier nanoTime) {
        this.backend = backend;
        this.anonymous = anonymous;
        this.credentials = credentials;
        this.nanoTime = nanoTime;
    }

    /** A session, after a login when there is none; a {@link SecretsBackendException} when the login fails. */
    Session current() {
        Session known = session.get();
        return known != null && isAhead(known.renewAt()) ? known : shared();
    }

    /** Forgets a session whose token the server refused. */
    void discard(Session refused) {
        session.compareAndSet(refused, null);
    }

    private Session shared() {
        CompletableFuture<Session> ours = new CompletableFuture<>();
        CompletableFuture<Session> running = login.compareAndExchange(null, ours);
        if (running != null) {
            return outcomeOf(running);
        }
        try {
            Session known = session.get();
            Session fresh = known != null && isAhead(known.renewAt()) ? known : loggedInOr(known);
            session.set(fresh);
            ours.complete(fresh);
            return fresh;
        } catch (RuntimeException failed) {
            ours.completeExceptionally(failed);
            throw failed;
        } finally {
            login.set(null);
        }
    }

    private boolean isAhead(@Nullable Long time) {
        return time == null || nanoTime.getAsLong() - time < 0;
    }

    /** A new session; the known one when there can be no login now and its token has not ended yet. */
    private Session loggedInOr(@Nullable Session known) {
        try {
            return loggedIn();
        } catch (SecretsBackendException failed) {
            Long end = known == null ? null : known.endsAt();
            if (known != null && end != null && isAhead(end)) {
                long left = end - nanoTime.getAsLong();
                return new Session(known.client(), end - left + Math.min(left, RENEWAL_PAUSE.toNanos()), end);
            }
            throw failed;
        }
    }

    private static Session outcomeOf(CompletableFuture<Session> running) {
        try {
            return running.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof SecretsBackendException theirs) {
                throw theirs;
            }
            throw failed;
        }
    }

    private Session loggedIn() {
        long now = nanoTime.getAsLong();
        try {
            Granted granted = VaultCalls.await(VaultCallFailure.Kind.LOGIN, () -> credentials.login(anonymous));
            long life = granted.life().toNanos();
            VaultClient client = anonymous
                    .configure()
                    .clientToken(granted.token())
                    .maxRetries(0)
                    .build();
            // Replaced before its end, so that no call meets a token that ended meanwhile.
            return life > 0 ? new Session(client, now + life / 10 * 8, now + life) : new Session(client, null, null);
        } catch (VaultCallFailure failed) {
            throw failed.at(backend, "login", null);
        }
    }
}
