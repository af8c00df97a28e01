package io.tokenvault.secrets.vault;

import io.quarkus.vault.client.VaultClient;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.vault.VaultCredentials.Granted;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Logs in when it is needed. However many callers need it at once, one of them does it, and all share the outcome. */
final class VaultSessions {
    /** A client that carries a token, and when that token should be replaced. */
    record Session(VaultClient client, @Nullable Long renewAt) {
        boolean isFresh() {
            return renewAt == null || System.nanoTime() - renewAt < 0;
        }

        @Override
        public String toString() {
            return "Session[***]";
        }
    }

    private final String backend;
    private final VaultClient anonymous;
    private final VaultCredentials credentials;
    private final AtomicReference<@Nullable Session> session = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Session>> login = new AtomicReference<>();

    /** @param anonymous a client without a token, in our namespace */
    VaultSessions(String backend, VaultClient anonymous, VaultCredentials credentials) {
        this.backend = backend;
        this.anonymous = anonymous;
        this.credentials = credentials;
    }

    /** A session, after a login when there is none; a {@link SecretsBackendException} when the login fails. */
    Session current() {
        Session known = session.get();
        return known != null && known.isFresh() ? known : shared();
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
            Session fresh = known != null && known.isFresh() ? known : loggedIn();
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
        try {
            Granted granted = VaultCalls.await(VaultCallFailure.Kind.LOGIN, () -> credentials.login(anonymous));
            // Before its end, so that no call meets a token that ended meanwhile.
            Long renewAt = granted.life().isPositive()
                    ? System.nanoTime() + granted.life().toNanos() / 10 * 8
                    : null;
            VaultClient client = anonymous
                    .configure()
                    .clientToken(granted.token())
                    .maxRetries(0)
                    .build();
            return new Session(client, renewAt);
        } catch (VaultCallFailure failed) {
            throw failed.at(backend, "login", null);
        }
    }
}
