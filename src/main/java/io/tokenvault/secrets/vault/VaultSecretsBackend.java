package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.VaultException;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2ReadSecretData;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2UpdateSecretOptions;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.ServerAddress;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.UnsafeConfig;
import io.tokenvault.secrets.vault.VaultCallFailure.Kind;
import io.tokenvault.secrets.vault.VaultSessions.Session;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in HashiCorp Vault or OpenBao, KV version 2: the secret's name is the path, the fields of the value are KV
 * fields. A write is conditional on the version that was read (check-and-set). Each exchange with the server ends
 * after two seconds.
 *
 * <p>In an OpenBao cluster the nodes need {@code disable_standby_reads = true}: a standby may answer with a value that
 * was replaced already.
 */
public final class VaultSecretsBackend implements SecretsBackend {
    private static final Duration EXCHANGE_LIMIT = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String backend;
    private final String mount;
    private final VaultClient root;
    private final VaultSessions sessions;

    private VaultSecretsBackend(String backend, String mount, VaultClient root, VaultSessions sessions) {
        this.backend = backend;
        this.mount = mount;
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
                backend, settings.mount(), root, new VaultSessions(backend, anonymous, credentials));
    }

    @Override
    public Publication put(SecretName name, SecretValue value, long generation) {
        SecretValue written = value.withGeneration(generation);
        return withSession("put", name, session -> {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Present present = read(session, name);
                if (present.generation() >= generation) {
                    return present.generation() == generation ? Publication.CURRENT : Publication.SUPERSEDED;
                }
                if (wrote(session, name, written, present.version())) {
                    return Publication.CURRENT;
                }
                pause();
            }
            throw new Unavailable(new Site(backend, "put", name, "the version changed at every attempt", null), null);
        });
    }

    @Override
    public Optional<StoredSecret> get(SecretName name) {
        return withSession("get", name, session -> read(session, name).secret());
    }

    @Override
    public void delete(SecretName name) {
        withSession("delete", name, session -> {
            VaultCalls.awaitAny(Kind.WRITE, () -> kv(session).deleteSecretMetadata(name.path()));
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

    /** The current version, 0 when there never was one, and the secret unless it was deleted. */
    private record Present(int version, Optional<StoredSecret> secret) {
        long generation() {
            return secret.map(StoredSecret::generation).orElse(0L);
        }
    }

    private Present read(Session session, SecretName name) {
        try {
            VaultSecretsKV2ReadSecretData found =
                    VaultCalls.await(Kind.READ, () -> kv(session).readSecret(name.path()));
            if (found.getMetadata() == null || found.getMetadata().getVersion() == null || found.getData() == null) {
                throw new VaultCallFailure(Kind.READ, new VaultException("no KV version 2"));
            }
            ObjectNode fields = JSON.valueToTree(found.getData());
            SecretValue value = SecretValue.of(fields);
            return new Present(
                    found.getMetadata().getVersion(), Optional.of(new StoredSecret(value, value.generation())));
        } catch (VaultCallFailure failed) {
            if (failed.is(VaultRefusal.Reason.ABSENT)) {
                return new Present(failed.deletedVersion(), Optional.empty());
            }
            throw failed;
        } catch (IllegalArgumentException tooLarge) {
            throw new VaultCallFailure(Kind.READ, tooLarge);
        }
    }

    /**
     * Writes, unless {@code version} is no longer the current one. That answer proves nothing by itself: a standby
     * compares with data of its own that may be behind. Only another read tells.
     */
    private boolean wrote(Session session, SecretName name, SecretValue value, int version) {
        try {
            VaultCalls.await(
                    Kind.WRITE,
                    () -> kv(session)
                            .updateSecret(
                                    name.path(),
                                    new VaultSecretsKV2UpdateSecretOptions().setCas(version),
                                    fields(value)));
            return true;
        } catch (VaultCallFailure failed) {
            if (failed.is(VaultRefusal.Reason.VERSION_MISMATCH)) {
                return false;
            }
            throw failed;
        }
    }

    // As JSON nodes, because the client leaves out fields that are null in Java, and a revoked token is a null.
    private static Map<String, Object> fields(SecretValue value) {
        Map<String, Object> fields = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : value.reveal().properties()) {
            fields.put(field.getKey(), field.getValue());
        }
        return fields;
    }

    private VaultSecretsKV2 kv(Session session) {
        return session.client().secrets().kv2(mount);
    }

    private <T> T withSession(String operation, @Nullable SecretName name, Function<Session, T> work) {
        Session session = sessions.current();
        try {
            return work.apply(session);
        } catch (VaultCallFailure failed) {
            if (!failed.isForbidden()) {
                throw failed.at(backend, operation, name);
            }
        }
        sessions.discard(session);
        try {
            return work.apply(sessions.current());
        } catch (VaultCallFailure failed) {
            throw failed.at(backend, operation, name);
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
