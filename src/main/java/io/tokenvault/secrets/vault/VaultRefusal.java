package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server answered, and the answer was no. Keeps the status and what we know how to read of the body, never its
 * text: a body may quote the request.
 */
final class VaultRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the body says, as far as it matters. */
    enum Reason {
        /** No secret has that name, or its current version was deleted. */
        ABSENT,
        /** Check-and-set was tried with a version that is not the current one. */
        VERSION_MISMATCH,
        UNKNOWN_NAMESPACE,
        OTHER
    }

    private final int status;
    private final Reason reason;
    private final int deletedVersion;
    private final transient JsonNode deletedCustomMetadata;
    private final @Nullable Duration retryAfter;

    private VaultRefusal(int status, Reason reason, JsonNode deletedMetadata, @Nullable Duration retryAfter) {
        super("status " + status, null, false, false);
        this.status = status;
        this.reason = reason;
        this.deletedVersion = deletedMetadata.path("version").asInt(0);
        this.deletedCustomMetadata = deletedMetadata.path("custom_metadata");
        this.retryAfter = retryAfter;
    }

    static VaultRefusal of(int status, byte[] body, Optional<String> retryAfter) {
        JsonNode answer = parsed(body);
        JsonNode errors = answer.path("errors");
        // A soft-deleted secret is a 404 with the metadata of its last version.
        JsonNode metadata = answer.path("data").path("metadata");
        return new VaultRefusal(
                status,
                reason(status, errors, metadata.path("version")),
                metadata,
                retryAfter.map(VaultRefusal::seconds).orElse(null));
    }

    private static Reason reason(int status, JsonNode errors, JsonNode version) {
        if (status == 404 && (version.isInt() || (errors.isArray() && errors.isEmpty()))) {
            return Reason.ABSENT;
        }
        if (status == 404 && errors.toString().contains("namespace not found")) {
            return Reason.UNKNOWN_NAMESPACE;
        }
        // There is no code to tell this by, only the text (OpenBao and Vault, KV version 2).
        if (status == 400 && errors.toString().contains("check-and-set parameter did not match")) {
            return Reason.VERSION_MISMATCH;
        }
        return Reason.OTHER;
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return Optional.ofNullable(JSON.readTree(body)).orElseGet(JSON::missingNode);
        } catch (IOException notJson) {
            return JSON.missingNode();
        }
    }

    private static @Nullable Duration seconds(String retryAfter) {
        try {
            return Duration.ofSeconds(Math.clamp(Long.parseLong(retryAfter.strip()), 0, 3600));
        } catch (NumberFormatException date) {
            return null;
        }
    }

    int status() {
        return status;
    }

    Reason reason() {
        return reason;
    }

    /** The version that {@link Reason#ABSENT} leaves behind: of a deleted secret its last one, of no secret 0. */
    int deletedVersion() {
        return deletedVersion;
    }

    /** The custom metadata that {@link Reason#ABSENT} leaves behind; missing when none is told. */
    JsonNode deletedCustomMetadata() {
        return deletedCustomMetadata;
    }

    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }
}
