package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.vault.client.VaultClient;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.ServerAddress;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.UnsafeConfig;
import io.tokenvault.secrets.vault.VaultCallFailure.Kind;
import io.tokenvault.secrets.vault.VaultKv.Present;
import io.tokenvault.secrets.vault.VaultSessions.Session;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in HashiCorp Vault or OpenBao, KV version 2: the secret's name is the path, the fields of the value are KV
 * fields. A write is conditional on the version that was read (check-and-set). Each exchange with the server ends
 * after two seconds.
 *
 * <p>A secret carries our label in its custom metadata ({@link VaultLabel}); one that carries another's is neither
 * overwritten nor deleted, but {@link Rejected}.
 *
 * <p>With the nodes of an OpenBao cluster that answer reads as standbys, no answer is older than one that this backend
 * has had before (OpenBao 2.7 or newer, {@link VaultIndex}); it may be older than what another replica wrote a moment
 * ago, unless the nodes have {@code disable_standby_reads = true}. Older versions need that setting.
 */
public final class VaultSecretsBackend implements SecretsBackend {
    private static final Duration EXCHANGE_LIMIT = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;

    private final String backend;
    private final VaultKv kv;
    private final VaultTransport transport;
    private final VaultClient root;
    private final VaultSessions sessions;

    private VaultSecretsBackend(
            String backend, VaultKv kv, VaultTransport transport, VaultClient root, VaultSessions sessions) {
        this.backend = backend;
        this.kv = kv;
        this.transport = transport;
        this.root = root;
        this.sessions = sessions;
    }

    /**
     * A backend with these settings; the server is not contacted yet.
     *
     * @param backend the configured name
     * @throws IllegalArgumentException naming the setting that is missing, wrong, or unsafe without being called so
     */
    public static VaultSecretsBackend connect(String backend, BackendsConfig.One settings, UnsafeConfig unsafe) {
        URI url = ServerAddress.checked(
                "url", settings.url().orElseThrow(() -> new IllegalArgumentException("url is missing")), unsafe);
        VaultCredentials credentials = VaultCredentials.of(settings.auth(), unsafe);
        Optional<Path> authorities = settings.tls().caFile();
        VaultTransport transport = new VaultTransport(
                unsafe.skipTlsVerify() && authorities.isEmpty()
                        ? VaultTrust.unsafeAnything()
                        : VaultTrust.of(authorities),
                EXCHANGE_LIMIT);
        VaultClient root = VaultClient.builder()
                .executor(transport)
                .baseUrl(url.toString())
                .requestTimeout(EXCHANGE_LIMIT)
                .maxRetries(0)
                .build();
        VaultClient anonymous = settings.namespace().isEmpty()
                ? root
                : root.configure()
                        .namespace(settings.namespace().get())
                        .maxRetries(0)
                        .build();
        return new VaultSecretsBackend(
                backend,
                new VaultKv(settings.mount()),
                transport,
                root,
                new VaultSessions(backend, anonymous, credentials, System::nanoTime));
    }

    @Override
    public Publication put(SecretName name, SecretValue value, long generation) {
        SecretValue written = value.withGeneration(generation);
        return withSession("put", name, session -> {
            boolean labelled = false;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Present present = kv.read(session, name);
                boolean ours = ownedByUs("put", name, present.customMetadata());
                if (present.generation() > generation) {
                    return Publication.SUPERSEDED;
                }
                boolean there = present.generation() == generation;
                if (there && (labelled || !transport.saysIndex())) {
                    return Publication.CURRENT;
                }
                if (!labelled && (there || !ours)) {
                    label("put", session, name, present);
                    labelled = true;
                }
                // A standby may say so that does not know of a later generation yet. The label went through the active
                // node, and no read after it is older.
                if (there) {
                    continue;
                }
                if (kv.wrote(session, name, written, present.version())) {
                    return Publication.CURRENT;
                }
                pause();
            }
            throw new Unavailable(new Site(backend, "put", name, "the version changed at every attempt", null), null);
        });
    }

    @Override
    public Optional<StoredSecret> get(SecretName name) {
        return withSession("get", name, session -> kv.read(session, name).secret());
    }

    @Override
    public void delete(SecretName name) {
        withSession("delete", name, session -> {
            // Also when nothing seems to be there: a standby that is behind may say so.
            ownedByUs("delete", name, noted(session, name, kv.read(session, name)));
            kv.remove(session, name);
            return true;
        });
    }

    @Override
    public void check() {
        withSession("check", null, session -> {
            // Refused inside a namespace, so asked without one; a standby forwards and is good enough.
            int health = VaultCalls.await(Kind.READ, () -> root.sys().health().statusCode(true, true));
            if (health != 200) {
                throw new Unavailable(new Site(backend, "check", null, "health status " + health, null), null);
            }
            VaultCalls.await(Kind.READ, () -> session.client().auth().token().lookupSelf());
            return true;
        });
    }

    private void label(String operation, Session session, SecretName name, Present present) {
        JsonNode noted = noted(session, name, present);
        ownedByUs(operation, name, noted);
        kv.note(session, name, VaultLabel.of(name).addedTo(noted));
    }

    /** What is noted about the secret; a read tells it only of a secret that has a value, or had one. */
    private JsonNode noted(Session session, SecretName name, Present present) {
        return present.customMetadata().isObject() ? present.customMetadata() : kv.customMetadata(session, name);
    }

    /** Whether our label is there; fails when another's is, since nobody's secret is overwritten or deleted by us. */
    private boolean ownedByUs(String operation, SecretName name, JsonNode customMetadata) {
        return switch (VaultLabel.of(name).ownerIn(customMetadata)) {
            case WE -> true;
            case NOBODY -> false;
            case ANOTHER ->
                throw new Rejected(
                        new Site(backend, operation, name, "its custom metadata say that it is another's", null));
        };
    }

    private <T> T withSession(String operation, @Nullable SecretName name, Function<Session, T> work) {
        try {
            Session session = sessions.current();
            try {
                return work.apply(session);
            } catch (VaultCallFailure failed) {
                if (!failed.isForbidden()) {
                    throw failed;
                }
            }
            sessions.discard(session);
            return work.apply(sessions.current());
        } catch (VaultCallFailure failed) {
            throw failed.at(backend, operation, name);
        } catch (SecretsBackendException failed) {
            throw failed;
        } catch (RuntimeException unforeseen) {
            // Whatever an answer makes the vendor's code or ours throw, callers know four failures and no other.
            throw new VaultCallFailure(Kind.READ, unforeseen).at(backend, operation, name);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(5, 25));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new VaultCallFailure(Kind.READ, interrupted);
        }
    }

    @Override
    public String toString() {
        return "VaultSecretsBackend[" + backend + "]";
    }
}
