package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every setting is documented with its default, and no other. */
class ConfigurationReferenceTest {
    private final Map<String, List<String>> documented =
            Markdown.read(Markdown.DOCS.resolve("reference/configuration.md")).rows().stream()
                    .filter(cells -> cells.getFirst().startsWith("`token-vault."))
                    .collect(Collectors.toMap(cells -> cells.getFirst().replace("`", ""), cells -> cells));

    ConfigurationReferenceTest() throws IOException {}

    @Test
    void keysAreThoseOfTheCode() {
        assertThat(documented.keySet())
                .containsExactlyInAnyOrderElementsOf(ConfigurationKeys.all().stream()
                        .map(ConfigurationKeys.Setting::key)
                        .toList());
    }

    @Test
    void defaultsAndValuesAreThoseOfTheCode() {
        assertThat(ConfigurationKeys.all())
                .filteredOn(setting -> documented.containsKey(setting.key()))
                .allSatisfy(setting -> {
                    List<String> cells = documented.get(setting.key());
                    assertThat(cells.get(2).replace("`", ""))
                            .as("default of " + setting.key())
                            .isEqualTo(setting.standard());
                    assertThat(Markdown.codeIn(cells.get(1)))
                            .as("values of " + setting.key())
                            .containsAll(setting.values());
                });
    }

    @Test
    void everyRowHasTypeDefaultAndMeaning() {
        assertThat(documented.values())
                .allSatisfy(cells -> assertThat(cells).hasSize(4).doesNotContain(""));
    }
}
