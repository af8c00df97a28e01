package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.secrets.SecretName;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whose a secret is, in its custom metadata: {@code application}, {@code environment} and, of a connection's secret,
 * {@code connection}. Holds ids only, since custom metadata is shown to every reader of the secret.
 */
final class VaultLabel {
    private static final String APPLICATION = "application";

    /** Who has labelled a secret. */
    enum Owner {
        WE,
        /** Nobody: it was never labelled, or nobody may read or write labels. */
        NOBODY,
        ANOTHER
    }

    private final Map<String, String> ours = new LinkedHashMap<>();

    private VaultLabel(SecretName name) {
        ours.put(APPLICATION, SecretName.APPLICATION);
        ours.put("environment", name.environment().value());
        if (name instanceof SecretName.ConnectionToken token) {
            ours.put("connection", token.connection().value());
        }
    }

    static VaultLabel of(SecretName name) {
        return new VaultLabel(name);
    }

    /** Who has labelled the secret with this custom metadata; what else operators note there does not matter. */
    Owner ownerIn(JsonNode customMetadata) {
        if (ours.keySet().stream().noneMatch(customMetadata::hasNonNull)) {
            return Owner.NOBODY;
        }
        boolean all = ours.entrySet().stream()
                .allMatch(entry -> entry.getValue()
                        .equals(customMetadata.path(entry.getKey()).textValue()));
        return all ? Owner.WE : Owner.ANOTHER;
    }

    /** This label beside what is noted there already. */
    Map<String, Object> addedTo(JsonNode customMetadata) {
        Map<String, Object> all = new LinkedHashMap<>();
        customMetadata.properties().forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        all.putAll(ours);
        return all;
    }
}
