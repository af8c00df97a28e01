package io.tokenvault.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.EmbeddedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of {@code make run}: the first start, the next one, and the one after an accident. */
class EmbeddedServiceIT {
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir
    Path folder;

    private EmbeddedRun run;

    @BeforeEach
    void describe() {
        run = EmbeddedRun.in(folder, "local");
    }

    @AfterEach
    void end() {
        run.close();
    }

    @Test
    void theFirstStartShowsAnAdminKeyAndTheNextOneDoesNot() {
        run.start();
        String key = run.key();
        run.stop();

        run.start();

        assertThat(run.output()).doesNotContain(key).doesNotContain("KEY=").contains("make run ADMIN=new");
    }

    @Test
    void anotherAdminKeyIsShownOnRequest() {
        run.start();
        String first = run.key();
        run.stop();

        run.start("new");

        assertThat(run.key()).isNotEqualTo(first);
    }

    @Test
    void aStopEndsTheServiceBeforeItsDatabaseAndLeavesNothing() throws Exception {
        run.start();

        int exitCode = run.stop();

        assertThat(exitCode).isEqualTo(ENDED_BY_SIGTERM);
        assertThat(run.output()).contains("stopped in").doesNotContain("Exception");
        assertThat(data("postgres/postmaster.pid")).doesNotExist();
        assertThat(Files.readString(data("postgres.log"))).contains("database system is shut down");
    }

    @Test
    void aDatabaseLeftBehindByAKilledProcessIsTakenOver() {
        run.start();
        run.kill9();
        assertThat(data("postgres/postmaster.pid")).exists();

        run.start();

        assertThat(run.output()).contains("is ready at");
    }

    @Test
    void aSecondStartInTheSameFolderIsRefusedAndHarmsNothing() {
        run.start();
        EmbeddedRun second = EmbeddedRun.in(folder, "local");

        second.launch();

        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(run.isAlive()).isTrue();
        assertThat(data("postgres/postmaster.pid")).exists();
    }

    @Test
    void whatIsKeptIsForItsOwnerAlone() throws Exception {
        run.start();

        List<Path> open;
        try (Stream<Path> kept = Files.list(data(""))) {
            open = kept.filter(file -> !file.endsWith("lock"))
                    .filter(this::isOpenToOthers)
                    .toList();
        }

        assertThat(open).isEmpty();
    }

    @Test
    void anUnknownBackendIsRefusedInOneLine() {
        EmbeddedRun unknown = EmbeddedRun.in(folder, "paper");

        unknown.launch();

        assertThat(unknown.awaitExit()).isEqualTo(1);
        assertThat(unknown.output().strip()).isEqualTo("make run: BACKEND must be local or openbao.");
    }

    private boolean isOpenToOthers(Path file) {
        try {
            return !PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    .endsWith("------");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path data(String name) {
        return folder.resolve(".token-vault/local").resolve(name);
    }
}
