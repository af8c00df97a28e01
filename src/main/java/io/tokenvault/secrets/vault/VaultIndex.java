package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How far the storage of the cluster was in the newest answer we had. Sent along with every request, it makes a standby
 * that is not that far pass the request on to the active node: no answer is older than one before it (OpenBao 2.7,
 * concept "Eventual consistency", header {@value #HEADER}). Nothing is sent to a server that never said an index.
 */
final class VaultIndex {
    static final String HEADER = "X-Vault-Index";

    /** What a standby is to do that is not so far yet. */
    static final String BEHIND_HEADER = "X-Vault-Inconsistent";

    static final String BEHIND_FORWARD = "forward-active-node";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 1024;

    private record Newest(String header, String cluster, long value) {}

    private final AtomicReference<@Nullable Newest> newest = new AtomicReference<>();

    /** What to send; empty when no answer said it. */
    Optional<String> header() {
        return Optional.ofNullable(newest.get()).map(Newest::header);
    }

    /** Takes the index of an answer; one of another form, as of another product, is not for us to compare. */
    void saw(String header) {
        Newest seen = parsed(header);
        if (seen != null) {
            // Of another cluster, it says nothing about the one before: that one was replaced.
            newest.accumulateAndGet(
                    seen,
                    (known, other) -> known != null
                                    && other != null
                                    && known.cluster().equals(other.cluster())
                                    && known.value() >= other.value()
                            ? known
                            : other);
        }
    }

    private static @Nullable Newest parsed(String header) {
        if (header.length() > LONGEST) {
            return null;
        }
        try {
            JsonNode index = JSON.readTree(Base64.getDecoder().decode(header));
            JsonNode cluster = index.path("cluster");
            if (!cluster.isTextual()) {
                return null;
            }
            return new Newest(
                    header,
                    cluster.textValue(),
                    Long.parseLong(index.path("value").asText()));
        } catch (IOException | IllegalArgumentException otherForm) {
            return null;
        }
    }
}
