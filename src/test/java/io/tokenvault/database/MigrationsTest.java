package io.tokenvault.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A migration only adds, so that the build before goes on with the schema after: docs/explanation/upgrades.md. */
class MigrationsTest {
    private static final Pattern COMMENT = Pattern.compile("--[^\\n]*");
    private static final Pattern TAKES_AWAY = Pattern.compile(
            "\\bdrop\\b|\\brename\\b|\\btruncate\\b|alter\\s+column\\s+\\w+\\s+(set\\s+data\\s+)?type\\b|set\\s+not\\s+null");
    private static final Pattern DEMANDS =
            Pattern.compile("add\\s+column[^,;]*\\bnot\\s+null\\b(?![^,;]*\\bdefault\\b)");

    @Test
    void everyMigrationOnlyAdds() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            List<Path> migrations = files.filter(
                            file -> file.getFileName().toString().startsWith("V"))
                    .toList();

            assertThat(migrations)
                    .isNotEmpty()
                    .allSatisfy(migration -> assertThat(statements(migration))
                            .as(migration.toString())
                            .doesNotContainPattern(TAKES_AWAY)
                            .doesNotContainPattern(DEMANDS));
        }
    }

    private static String statements(Path migration) throws IOException {
        return COMMENT.matcher(Files.readString(migration).toLowerCase(Locale.ROOT))
                .replaceAll("");
    }
}
