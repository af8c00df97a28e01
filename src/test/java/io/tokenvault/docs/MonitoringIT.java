package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dashboards and alerts ask for is what a running service tells, and that tells nobody who its customers are. */
class MonitoringIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Path DASHBOARDS = Path.of("helm/token-vault/files/dashboards");
    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final Set<String> OF_THE_SCRAPE = Set.of("instance");
    /** These begin with an event that this test does not bring about. */
    private static final Set<String> LATER = Set.of(
            "token_vault.publication.soon",
            "token_vault.sweep.healed",
            "token_vault.sweep.later",
            "token_vault.rotation.scheduled");

    private static final int MOST_VALUES = 60;

    @TempDir
    static Path folder;

    private static ServiceProcess service;
    private static String scrape;
    private static final List<String> CUSTOMERS = new ArrayList<>();

    /** By metric and label, the values. */
    private static final Map<String, Map<String, Set<String>>> TOLD = new HashMap<>();

    @BeforeAll
    static void makeSomeTraffic() {
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .start();
        Deployment deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        HttpAnswer created = deployment.connect("production", "\"display_name\":\"Zebra Ltd\"");
        String token = created.text("/token/token");
        String tokenId = created.text("/token/token_id");
        CUSTOMERS.addAll(List.of("acme", "Zebra", tokenId, created.text("/connection/connection_id"), "127.0.0.1"));
        deployment.verdict(token, "production");
        deployment.verdict(token + "x", "production");
        deployment.admin().post("/v1/validate/batch", "{\"tokens\":[{\"token\":\"x\",\"environment\":\"sandbox\"}]}");
        deployment.anyone().as(token).get("/authz/production/orders");
        deployment.admin().get("/v1/tokens/" + tokenId);
        deployment.anyone().get("/v1/connections");
        deployment.operator("auditor", "sandbox").post("/v1/connections", "{}");
        deployment.admin().post("/v1/tokens/" + tokenId + "/revoke", "{}").expect(200);
        scrape = service.management().get("/q/metrics").expect(200).body();
        SAMPLE.matcher(scrape).results().forEach(sample -> {
            Map<String, Set<String>> labels = TOLD.computeIfAbsent(sample.group(1), _ -> new HashMap<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2))
                        .results()
                        .forEach(label -> labels.computeIfAbsent(label.group(1), _ -> new HashSet<>())
                                .add(label.group(2)));
            }
        });
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void dashboardsAskForWhatIsTold() throws IOException {
        List<String> expressions = new ArrayList<>();
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.toList()) {
                JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
                dashboard.findValues("expr").forEach(expression -> expressions.add(expression.asText()));
                dashboard.findValues("definition").stream()
                        .map(variable ->
                                variable.asText().replaceAll("^label_values\\((.*), (\\w+)\\)$", "sum by ($2) ($1)"))
                        .forEach(expressions::add);
            }
        }

        assertThat(expressions).isNotEmpty().allSatisfy(MonitoringIT::isTold);
    }

    @Test
    void alertsAskForWhatIsTold() throws IOException {
        assertThat(AlertRules.read().expressions()).isNotEmpty().allSatisfy(MonitoringIT::isTold);
    }

    private static void isTold(String expression) {
        PromQl.metricsOf(expression).forEach((metric, labels) -> {
            // Recorded by the rules themselves, from expressions that are looked at too.
            if (metric.contains(":")) {
                return;
            }
            Set<String> told = new HashSet<>(labelsOf(metric));
            told.addAll(OF_THE_SCRAPE);
            assertThat(told).as(metric + " in " + expression).containsAll(labels);
        });
    }

    private static Set<String> labelsOf(String metric) {
        Map<String, Set<String>> told = TOLD.get(metric);
        if (told != null) {
            return told.keySet();
        }
        return documented().stream()
                .filter(known ->
                        LATER.contains(known.name()) && known.exported().contains(metric))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + metric))
                .labels();
    }

    @Test
    void everyDocumentedMetricIsTold() {
        assertThat(documented())
                .filteredOn(metric -> !LATER.contains(metric.name()))
                .allSatisfy(metric -> assertThat(TOLD.keySet()).containsAll(metric.exported()));
    }

    @Test
    void labelsAreThoseOfTheReference() {
        for (MetricsReference.Metric metric : documented()) {
            for (String exported : metric.exported()) {
                assertThat(TOLD.getOrDefault(exported, Map.of()).keySet())
                        .as(exported)
                        .isSubsetOf(metric.labels());
            }
        }
    }

    @Test
    void noLabelGrowsWithTheCustomers() {
        TOLD.forEach((metric, labels) -> labels.forEach((label, values) -> {
            assertThat(values).as(metric + " " + label).hasSizeLessThan(MOST_VALUES);
            assertThat(values).as(metric + " " + label).noneMatch(MonitoringIT::isOfACustomer);
        }));
    }

    private static boolean isOfACustomer(String value) {
        return CUSTOMERS.stream().anyMatch(value::contains);
    }

    private static List<MetricsReference.Metric> documented() {
        try {
            return MetricsReference.read();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
