package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.vault.client.VaultException;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2RequestFactory;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2UpdateSecretOptions;
import io.quarkus.vault.client.common.VaultRequest;
import io.quarkus.vault.client.common.VaultResponse;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.vault.VaultCallFailure.Kind;
import io.tokenvault.secrets.vault.VaultSessions.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The exchanges with one KV version 2 engine. Each fails with a {@link VaultCallFailure}. */
final class VaultKv {
    private static final VaultSecretsKV2RequestFactory REQUESTS = VaultSecretsKV2RequestFactory.INSTANCE;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final String mount;

    /** @param mount the path of the engine */
    VaultKv(String mount) {
        this.mount = mount;
    }

    /**
     * What is there.
     *
     * @param version the current version, 0 when there never was one
     * @param secret the value, unless there is none or it was deleted
     * @param customMetadata what is noted about the secret; missing when nothing is, or nothing is told
     */
    record Present(int version, Optional<StoredSecret> secret, JsonNode customMetadata) {
        long generation() {
            return secret.map(StoredSecret::generation).orElse(0L);
        }
    }

    Present read(Session session, SecretName name) {
        try {
            JsonNode found = answer(session, REQUESTS.readSecret(mount, name.path()));
            JsonNode version = found.at("/metadata/version");
            if (!version.isInt() || !(found.path("data") instanceof ObjectNode fields)) {
                throw new VaultCallFailure(Kind.READ, new VaultException("no KV version 2"));
            }
            SecretValue value = SecretValue.of(fields);
            return new Present(
                    version.intValue(),
                    Optional.of(new StoredSecret(value, value.generation())),
                    found.at("/metadata/custom_metadata"));
        } catch (VaultCallFailure failed) {
            if (failed.is(VaultRefusal.Reason.ABSENT)) {
                return new Present(failed.deletedVersion(), Optional.empty(), failed.deletedCustomMetadata());
            }
            throw failed;
        }
    }

    /** What is noted about the secret, also while it has no value; missing when nothing is, or we may not know. */
    JsonNode customMetadata(Session session, SecretName name) {
        try {
            return answer(session, REQUESTS.readSecretMetadata(mount, name.path()))
                    .path("custom_metadata");
        } catch (VaultCallFailure failed) {
            if (failed.isRefused()) {
                return MissingNode.getInstance();
            }
            throw failed;
        }
    }

    /**
     * Notes this about the secret, in the place of all that is noted. Makes an entry without a version when there is
     * none, so that a first write on the condition of version 0 still works. Does nothing when our policy or the engine
     * does not let us: a label that cannot be written stops no publication.
     */
    void note(Session session, SecretName name, Map<String, Object> customMetadata) {
        try {
            VaultCalls.awaitAny(
                    Kind.WRITE, () -> kv(session).updateSecretMetadata(name.path(), null, null, null, customMetadata));
        } catch (VaultCallFailure failed) {
            if (!failed.isRefused()) {
                throw failed;
            }
        }
    }

    /**
     * Writes, unless {@code version} is no longer the current one. That answer proves nothing by itself: a standby
     * compares with data of its own that may be behind. Only another read tells.
     */
    boolean wrote(Session session, SecretName name, SecretValue value, int version) {
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

    /** Removes the secret with every version of it and all that is noted; there need not be one. */
    void remove(Session session, SecretName name) {
        VaultCalls.awaitAny(Kind.WRITE, () -> kv(session).deleteSecretMetadata(name.path()));
    }

    // As JSON nodes, because the client leaves out fields that are null in Java, and a revoked token is a null.
    private static Map<String, Object> fields(SecretValue value) {
        Map<String, Object> fields = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : value.reveal().properties()) {
            fields.put(field.getKey(), field.getValue());
        }
        return fields;
    }

    /** The field {@code data} as it is: the client's own types know no custom metadata. */
    private static JsonNode answer(Session session, VaultRequest<?> request) {
        VaultRequest<JsonNode> untyped = request.builder().build(VaultKv::data);
        return VaultCalls.await(
                Kind.READ, () -> session.client().execute(untyped).thenApply(VaultResponse::getResult));
    }

    private static Optional<JsonNode> data(VaultResponse<JsonNode> response) {
        try {
            return Optional.of(JSON.readTree(response.getBody().orElseGet(() -> new byte[0]))
                    .path("data"));
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }

    private VaultSecretsKV2 kv(Session session) {
        return session.client().secrets().kv2(mount);
    }
}
