package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the runbooks tell somebody to call or to look at exists. */
class RunbooksTest {
    private static final Pattern CALL = Pattern.compile("(GET|POST|PATCH|DELETE) (/[^\\s?`]*)");
    private static final Pattern METRIC = Pattern.compile("token_vault[._][a-z_.]+");

    private final List<Markdown> runbooks = Markdown.all().stream()
            .filter(document -> document.file().startsWith(Markdown.DOCS.resolve("runbooks")))
            .toList();

    RunbooksTest() throws IOException {}

    @Test
    void callsAreThoseOfTheApi() throws IOException {
        List<ApiDescription.Operation> operations = ApiDescription.read().operations();

        assertThat(runbooks)
                .isNotEmpty()
                .allSatisfy(runbook -> assertThat(
                                CALL.matcher(runbook.text()).results().toList())
                        .allSatisfy(call -> assertThat(operations)
                                .as(call.group() + " in " + runbook.file())
                                .anyMatch(operation -> operation.method().equals(call.group(1))
                                        && call.group(2)
                                                .replaceAll("\\{[^}]*}", "x")
                                                .matches(operation.path().replaceAll("\\{[^}]*}", "[^/]+")))));
    }

    @Test
    void metricsAreThoseOfTheReference() throws IOException {
        Set<String> known = MetricsReference.read().stream()
                .flatMap(metric -> metric.exported().stream())
                .collect(Collectors.toSet());
        MetricsReference.read().forEach(metric -> known.add(metric.name()));

        assertThat(runbooks)
                .allSatisfy(runbook -> assertThat(METRIC.matcher(runbook.text())
                                .results()
                                .map(name -> name.group().replaceAll("[._]$", "")))
                        .filteredOn(name -> !name.equals("token_vault_service") && !name.equals("token_vault_owner"))
                        .as(runbook.file() + "")
                        .isSubsetOf(known));
    }

    @Test
    void eachIsLedToByAnAlert() throws IOException {
        Set<Path> led = AlertRules.read().alerts().stream()
                .map(alert -> Path.of(alert.runbook()))
                .collect(Collectors.toSet());

        assertThat(runbooks.stream().map(Markdown::file).filter(file -> !file.endsWith("README.md")))
                .isSubsetOf(led);
    }
}
