package io.tokenvault.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code META-INF/openapi.yaml} as it stands in the sources. */
record ApiDescription(JsonNode document) {
    private static final Path FILE = Path.of("src/main/resources/META-INF/openapi.yaml");
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    /** One method of one path, {@code POST /v1/tokens/{id}/revoke}. */
    record Operation(String method, String path, JsonNode node) {
        /** Where parameter names do not count: {@code POST /v1/tokens/{}/revoke}. */
        String key() {
            return method + " " + path.replaceAll("\\{[^}]*}", "{}");
        }
    }

    static ApiDescription read() throws IOException {
        return new ApiDescription(new ObjectMapper(new YAMLFactory()).readTree(FILE.toFile()));
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> operations.add(new Operation(
                                entry.getKey().toUpperCase(Locale.ROOT), path.getKey(), entry.getValue()))));
        return operations;
    }

    /** What {@code reference} leads to; missing when it leads nowhere. */
    JsonNode resolve(String reference) {
        return reference.startsWith("#") ? document.at(reference.substring(1)) : document.at("/nowhere");
    }
}
