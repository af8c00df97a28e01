package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of a revocation, kept by three processes on one database: everybody asks about the same tokens all the time,
 * and no acceptance may start after the revocation has returned.
 */
class ThreeReplicasIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration LEASE = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    private final List<ServiceProcess> replicas = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private final Map<String, Long> lastAccepted = new ConcurrentHashMap<>();
    private final AtomicBoolean asking = new AtomicBoolean(true);
    private final ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor();
    private OpenBao openBao;
    private TestDatabase database;
    private long lastReturn;

    @BeforeEach
    void startThree() throws IOException {
        openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")));
        database = TestDatabase.create();
        for (int i = 0; i < 3; i++) {
            replicas.add(ServiceProcess.in(Files.createDirectory(folder.resolve("replica-" + i)))
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .settings("token-vault.lease=PT" + LEASE.toSeconds() + "S")
                    .secretsIn(openBao)
                    .database(database)
                    .start());
        }
        deployments.add(Deployment.of(replicas.getFirst().address(), BOOTSTRAP_KEY));
        replicas.stream()
                .skip(1)
                .forEach(replica -> deployments.add(deployments.getFirst().at(replica.address())));
    }

    @AfterEach
    void end() throws InterruptedException {
        asking.set(false);
        askers.shutdown();
        askers.awaitTermination(20, TimeUnit.SECONDS);
        replicas.forEach(ServiceProcess::close);
        openBao.close();
    }

    @Test
    void allThreeAgreeAtOnceWhileTheyAreWell() {
        for (int round = 0; round < 5; round++) {
            String[] token = issuedAndAskedAbout();

            HttpAnswer revoked = revoke(deployments.get(round % 3), token[1]);

            assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
            assertThat(revoked.json().at("/effective/replicas").asInt()).isEqualTo(3);
            assertNothingAccepts(token[0]);
        }
    }

    @Test
    void aStoppedReplicaIsWaitedForAndAcceptsNothingWhenItGoesOn() {
        String[] token = issuedAndAskedAbout();
        signal("STOP", replicas.get(2));

        HttpAnswer revoked = revoke(deployments.getFirst(), token[1]);
        signal("CONT", replicas.get(2));

        // Its lease ran out, or the others had seen it silent for so long that they took it off the list.
        assertThat(revoked.text("/effective/how")).isIn("lease_expired", "acknowledged");
        pause(Duration.ofSeconds(1));
        assertNothingAccepts(token[0]);
    }

    @Test
    void aKilledReplicaIsWaitedForOnce() {
        issuedAndAskedAbout();
        replicas.get(2).kill9();
        String[] first = issuedAndAskedAbout();
        revoke(deployments.getFirst(), first[1]);
        assertThat(Waiting.until(
                        Duration.ofSeconds(10),
                        () -> revoke(deployments.getFirst(), issuedAndAskedAbout()[1])
                                        .json()
                                        .at("/effective/replicas")
                                        .asInt()
                                == 2))
                .isTrue();

        String[] token = issuedAndAskedAbout();
        HttpAnswer revoked = revoke(deployments.getFirst(), token[1]);

        assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
    }

    @Test
    void aReplicaThatStopsInOrderIsNotWaitedFor() {
        String[] token = issuedAndAskedAbout();
        replicas.get(2).stop();

        HttpAnswer revoked = revoke(deployments.getFirst(), token[1]);

        assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
        assertThat(revoked.json().at("/effective/replicas").asInt()).isEqualTo(2);
    }

    @Test
    void cutConnectionsCostNothingButTime() throws SQLException {
        for (int round = 0; round < 5; round++) {
            String[] token = issuedAndAskedAbout();
            terminate(round % 2 == 0 ? "token-vault hints" : "token-vault %");

            revoke(deployments.get(round % 3), token[1]);

            assertNothingAccepts(token[0]);
        }
    }

    /** A token and its id. Every replica is asked about it without an end from now on. */
    private String[] issuedAndAskedAbout() {
        HttpAnswer created = deployments.getFirst().connect("production", "");
        String token = created.text("/token/token");
        lastAccepted.put(token, 0L);
        for (Deployment replica : deployments) {
            askers.submit(() -> {
                while (asking.get()) {
                    ask(replica, token);
                }
            });
        }
        assertThat(Waiting.until(Duration.ofSeconds(10), () -> lastAccepted.get(token) > 0))
                .isTrue();
        return new String[] {token, created.text("/token/token_id")};
    }

    private void ask(Deployment replica, String token) {
        long started = System.nanoTime();
        try {
            HttpAnswer answer = replica.admin()
                    .post("/v1/validate", "{\"token\":\"" + token + "\",\"environment\":\"production\"}");
            if (answer.status() == 200 && answer.json().path("active").asBoolean()) {
                lastAccepted.merge(token, started, Math::max);
            }
            if (answer.status() == 200 && "revoked".equals(reason(answer.json()))) {
                pause(Duration.ofMillis(50));
            }
        } catch (UncheckedIOException gone) {
            pause(Duration.ofMillis(100));
        }
    }

    private static String reason(JsonNode verdict) {
        return verdict.path("reason").asText();
    }

    private HttpAnswer revoke(Deployment replica, String tokenId) {
        HttpAnswer revoked =
                replica.admin().post("/v1/tokens/" + tokenId + "/revoke", "{}").expect(200);
        lastReturn = System.nanoTime();
        return revoked;
    }

    private void assertNothingAccepts(String token) {
        long returned = lastReturn;
        pause(Duration.ofMillis(300));
        assertThat(lastAccepted.get(token)).isLessThan(returned);
    }

    private void terminate(String application) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                            + " and application_name like '" + application + "'");
        }
    }

    private static void signal(String name, ServiceProcess process) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
