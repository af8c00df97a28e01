package io.tokenvault.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The alert rules that are shipped with the chart, as they stand in its files. */
record AlertRules(List<Alert> alerts, List<String> expressions) {
    static final Path FILE = Path.of("helm/token-vault/files/alerts/token-vault.yaml");

    /** One alert; {@code duration} is how long it holds before it fires, empty when it fires at once. */
    record Alert(String name, String severity, String duration, String summary, String description, String runbook) {

        /** Its row in the reference. */
        String row() {
            String page = Path.of(runbook).getFileName().toString();
            return "| `%s` | %s | %s | %s | [%s](../runbooks/%s) |"
                    .formatted(
                            name,
                            severity,
                            duration.isEmpty() ? "–" : duration,
                            summary,
                            page.replace(".md", ""),
                            page);
        }
    }

    static AlertRules read() throws IOException {
        JsonNode document = new ObjectMapper(new YAMLFactory()).readTree(FILE.toFile());
        List<Alert> alerts = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        for (JsonNode group : document.path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                expressions.add(rule.path("expr").asText());
                if (rule.has("alert")) {
                    alerts.add(new Alert(
                            rule.path("alert").asText(),
                            rule.at("/labels/severity").asText(),
                            rule.path("for").asText(),
                            rule.at("/annotations/summary").asText(),
                            rule.at("/annotations/description").asText(),
                            rule.at("/annotations/runbook_url").asText()));
                }
            }
        }
        return new AlertRules(alerts, expressions);
    }
}
