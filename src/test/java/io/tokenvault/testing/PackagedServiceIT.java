package io.tokenvault.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service starts, ends in order, and comes back after it was killed. */
class PackagedServiceIT {
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir
    Path folder;

    @Test
    void itIsReadyAgainAfterItWasKilled() {
        try (ServiceProcess service = ServiceProcess.in(folder).start()) {
            service.kill9();

            service.restart();

            assertThat(service.management().get("/q/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void aStopIsOrderly() {
        try (ServiceProcess service = ServiceProcess.in(folder).start()) {

            int exitCode = service.stop();

            assertThat(exitCode).isEqualTo(ENDED_BY_SIGTERM);
            assertThat(service.log()).contains("stopped in");
        }
    }

    @Test
    void withoutADatabaseProductionDoesNotStart() {
        TestDatabase none = new TestDatabase("", "", "");
        try (ServiceProcess service =
                ServiceProcess.in(folder).profile("prod").database(none).build()) {

            service.launch();

            int exitCode = service.awaitExit(Duration.ofSeconds(30)).orElseThrow();
            assertThat(exitCode).isNotZero();
        }
    }

    @Test
    void whatNoBackendNeedsIsNotLoaded() throws Exception {
        Path loaded = folder.resolve("classes.log");
        try (ServiceProcess service = ServiceProcess.in(folder)
                .variable("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded)
                .start()) {
            assertThat(service.isAlive()).isTrue();

            assertThat(Files.readAllLines(loaded))
                    .anyMatch(line -> line.contains(" io.tokenvault.secrets.local."))
                    .noneMatch(line -> line.contains(" software.amazon."));
        }
    }

    @Test
    void noDatabaseBinaryAndNoLauncherIsInIt() throws Exception {
        List<String> packaged;
        try (Stream<Path> files = Files.walk(Path.of("target/quarkus-app"))) {
            packaged = files.map(file -> file.getFileName().toString()).toList();
        }

        assertThat(packaged).isNotEmpty().noneMatch(name -> name.contains("zonky") || name.contains("embedded"));
    }
}
