package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every alert is tested, says what is wrong, and leads to a page that says what to do. */
class AlertsTest {
    private static final Path TESTS = Path.of("src/test/alerts");

    private final AlertRules rules = AlertRules.read();

    AlertsTest() throws IOException {}

    @Test
    void promtoolFindsThatTheyFireWhenTheyShould() throws Exception {
        String promtool = run(Path.of("."), List.of("src/test/tools/install-promtool.sh"))
                .lines()
                .toList()
                .getLast();
        List<String> command = new ArrayList<>(List.of(promtool, "test", "rules"));
        tests().forEach(test -> command.add(test.getFileName().toString()));

        String output = run(TESTS, command);

        assertThat(output).contains("SUCCESS").doesNotContain("FAILED");
    }

    @Test
    void eachIsSeenToFire() throws IOException {
        Set<String> fired = new HashSet<>();
        for (Path test : tests()) {
            JsonNode document = new ObjectMapper(new YAMLFactory()).readTree(test.toFile());
            for (JsonNode scenario : document.path("tests")) {
                for (JsonNode expected : scenario.path("alert_rule_test")) {
                    for (JsonNode alert : expected.path("exp_alerts")) {
                        fired.add(expected.path("alertname").asText() + " "
                                + alert.at("/exp_labels/severity").asText());
                    }
                }
            }
        }

        assertThat(rules.alerts())
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(fired).contains(alert.name() + " " + alert.severity()));
    }

    @Test
    void eachSaysWhatIsWrong() {
        assertThat(rules.alerts()).allSatisfy(alert -> {
            assertThat(alert.name()).startsWith("TokenVault");
            assertThat(alert.severity()).isIn("page", "ticket");
            assertThat(alert.summary()).isNotBlank();
            assertThat(alert.description()).isNotBlank().isNotEqualTo(alert.summary());
        });
    }

    @Test
    void eachHasARunbookThatNamesIt() {
        assertThat(rules.alerts())
                .allSatisfy(alert ->
                        assertThat(Path.of(alert.runbook())).exists().content().contains("`" + alert.name() + "`"));
    }

    @Test
    void theReferenceIsTheListOfThem() throws IOException {
        String reference = Files.readString(Markdown.DOCS.resolve("reference/alerts.md"));

        assertThat(reference.lines().filter(line -> line.startsWith("| `TokenVault")))
                .containsExactlyElementsOf(
                        rules.alerts().stream().map(AlertRules.Alert::row).toList());
    }

    private static List<Path> tests() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            return files.sorted().toList();
        }
    }

    private static String run(Path folder, List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(new File(folder.toString()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
