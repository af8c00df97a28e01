package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every invariant of the threat model has a number and names tests that exist. */
class ThreatModelTest {
    private final List<List<String>> invariants =
            Markdown.read(Markdown.DOCS.resolve("threat-model.md")).rows().stream()
                    .filter(cells -> cells.getFirst().startsWith("`I-"))
                    .toList();

    ThreatModelTest() throws IOException {}

    @Test
    void invariantsAreNumberedWithoutGaps() {
        assertThat(invariants.stream().map(cells -> cells.getFirst().replace("`", "")))
                .isNotEmpty()
                .containsExactlyElementsOf(IntStream.rangeClosed(1, invariants.size())
                        .mapToObj("I-%02d"::formatted)
                        .toList());
    }

    @Test
    void everyInvariantNamesTestsThatExist() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test"))) {
            // Tests in Java go by the name of the class, others by that of the file.
            Set<String> tests = files.map(file -> file.getFileName().toString())
                    .map(name -> name.replaceFirst("\\.java$", ""))
                    .collect(Collectors.toSet());

            assertThat(invariants)
                    .allSatisfy(cells ->
                            assertThat(testsOf(cells)).as(cells.getFirst()).isNotEmpty());
            assertThat(invariants.stream()
                            .flatMap(cells -> testsOf(cells).stream())
                            .distinct())
                    .isSubsetOf(tests);
        }
    }

    private static List<String> testsOf(List<String> cells) {
        return Markdown.codeIn(cells.get(2));
    }
}
