package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every metric of our own is documented, and no other. */
class MetricsReferenceTest {
    private static final Pattern METRIC = Pattern.compile("\"(token_vault\\.[a-z_.]+)\"");

    @Test
    void metricsAreThoseOfTheCode() throws IOException {
        Set<String> metrics = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                METRIC.matcher(Files.readString(file)).results().forEach(name -> metrics.add(name.group(1)));
            }
        }

        List<String> documented = MetricsReference.read().stream()
                .map(MetricsReference.Metric::name)
                .toList();

        assertThat(documented).containsExactlyInAnyOrderElementsOf(metrics);
    }
}
