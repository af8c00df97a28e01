package io.tokenvault.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A roll-out: a replica of the build before writes to the schema before the newest migration, and goes on to write while
 * this build migrates it and serves from it.
 */
class RollingUpgradeIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static final List<String> FAILURES = new CopyOnWriteArrayList<>();
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static int runsBefore;
    private static int runsAfter;
    private static ServiceProcess service;
    private static String verdict;
    private static long migrations;
    private static long applied;

    @BeforeAll
    static void rollOut() throws Exception {
        TestDatabase database = TestDatabase.create();
        Flyway all = flyway(database, "latest");
        migrations = all.info().pending().length;
        flyway(database, Long.toString(migrations - 1)).migrate();
        String writes = Files.readString(Path.of("src/test/resources/upgrade/writes.sql"));
        Thread before = Thread.ofVirtual().start(() -> write(writes, database));
        Waiting.until(SOON, () -> RUNS.get() > 2);
        runsBefore = RUNS.get();
        service = ServiceProcess.in(folder)
                .database(database)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .start();
        int ready = RUNS.get();
        Deployment deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        verdict = deployment.verdict(deployment.connect("production", "").text("/token/token"), "production");
        Waiting.until(SOON, () -> RUNS.get() > ready + 5);
        runsAfter = RUNS.get() - ready;
        before.interrupt();
        before.join();
        applied = all.info().applied().length;
    }

    private static Flyway flyway(TestDatabase database, String target) {
        return Flyway.configure()
                .dataSource(database.jdbcUrl(), database.user(), database.password())
                .locations("filesystem:src/main/resources/db/migration")
                .target(target)
                .load();
    }

    private static void write(String writes, TestDatabase database) {
        while (!Thread.currentThread().isInterrupted()) {
            String script = writes.replace("{n}", "%05d".formatted(RUNS.get()));
            try (Connection connection =
                            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                    Statement statement = connection.createStatement()) {
                statement.execute(script);
                RUNS.incrementAndGet();
                Thread.sleep(100);
            } catch (SQLException failed) {
                FAILURES.add(failed.getMessage());
                return;
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void theBuildBeforeGoesOn() {
        assertThat(FAILURES).isEmpty();
        assertThat(runsBefore).isPositive();
        assertThat(runsAfter).isPositive();
    }

    @Test
    void thisBuildMigratesAndServes() {
        assertThat(applied).isEqualTo(migrations);
        assertThat(verdict).isEqualTo("current");
    }
}
