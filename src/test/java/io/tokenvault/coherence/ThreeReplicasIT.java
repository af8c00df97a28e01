package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.NetworkLink;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of a revocation, kept by three processes on one database, each with a way of its own to it: everybody asks
 * about the same tokens all the time, and no acceptance may start after the revocation has returned.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeReplicasIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final TestDatabase database = TestDatabase.create();
    private final List<NetworkLink> links = new ArrayList<>();
    private final List<ServiceProcess> replicas = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private Acceptances acceptances = new Acceptances();
    private OpenBao openBao;
    private long lastReturn;

    /** What is asked about. */
    private record Asked(String token, String id) {}

    @BeforeAll
    void startThree(@TempDir Path folder) throws IOException {
        openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")));
        for (int i = 0; i < 3; i++) {
            NetworkLink link = NetworkLink.to(
                    URI.create(database.jdbcUrl().substring("jdbc:".length())).getPort());
            links.add(link);
            replicas.add(ServiceProcess.in(Files.createDirectory(folder.resolve("replica-" + i)))
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .settings("token-vault.lease=PT" + LEASE.toSeconds() + "S")
                    .settings("quarkus.datasource.jdbc.acquisition-timeout=PT2S")
                    .secretsIn(openBao)
                    .database(link.to(database))
                    .start());
        }
        deployments.add(Deployment.of(replicas.getFirst().address(), BOOTSTRAP_KEY));
        replicas.stream()
                .skip(1)
                .forEach(replica -> deployments.add(deployments.getFirst().at(replica.address())));
    }

    @BeforeEach
    void askFromNowOn() {
        acceptances = new Acceptances();
    }

    @AfterEach
    void makeAllThreeWellAgain() throws InterruptedException {
        acceptances.close();
        links.forEach(NetworkLink::repair);
        replicas.stream().filter(replica -> !replica.isAlive()).forEach(ServiceProcess::restart);
        replicas.forEach(ServiceProcess::awaitReady);
        assertThat(Waiting.until(
                        LONGEST, () -> rows("select count(*) from replica_lease where acked < " + Member.LEFT) == 3))
                .isTrue();
    }

    @AfterAll
    void end() {
        replicas.forEach(ServiceProcess::close);
        links.forEach(NetworkLink::close);
        openBao.close();
    }

    @Test
    void allThreeAgreeAtOnceWhileTheyAreWell() {
        for (int round = 0; round < 5; round++) {
            Asked asked = issuedAndAskedAbout();

            HttpAnswer revoked = revoke(deployments.get(round % 3), asked);

            assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
            assertThat(revoked.json().at("/effective/replicas").asInt()).isEqualTo(3);
            assertNothingAccepts(asked);
        }
    }

    @Test
    void lateMessagesMakeARevocationLateAndNotUntrue() {
        links.forEach(link -> link.delay(40));
        for (int round = 0; round < 4; round++) {
            Asked asked = issuedAndAskedAbout();

            revoke(deployments.get(round % 3), asked);

            assertNothingAccepts(asked);
        }
        links.forEach(link -> link.delay(0));
    }

    @Test
    void aReplicaThatIsCutOffStopsInTimeAndKnowsWhenItIsBack() {
        Asked asked = issuedAndAskedAbout();
        links.get(2).hold();

        HttpAnswer revoked = revoke(deployments.getFirst(), asked);

        assertThat(revoked.text("/effective/how")).isEqualTo("lease_expired");
        assertNothingAccepts(asked);
        assertThat(verdict(deployments.get(2), asked).status()).isEqualTo(503);
        links.get(2).repair();
        assertThat(Waiting.until(
                        LONGEST,
                        () -> "revoked"
                                .equals(verdict(deployments.get(2), asked)
                                        .json()
                                        .path("reason")
                                        .asText())))
                .isTrue();
        assertNothingAccepts(asked);
    }

    @Test
    void aRevocationWhoseReplicaLosesTheDatabaseWhileItWaitsIsInForceAllTheSame() {
        Asked asked = issuedAndAskedAbout();
        signal("STOP", replicas.get(2));

        CompletableFuture<HttpAnswer> revoking =
                CompletableFuture.supplyAsync(() -> revoke(deployments.getFirst(), asked));
        assertThat(Waiting.until(LONGEST, () -> isRevoked(asked))).isTrue();
        Waiting.pause(Duration.ofMillis(500));
        links.getFirst().cut();
        HttpAnswer revoked = revoking.join();
        signal("CONT", replicas.get(2));

        assertThat(revoked.text("/effective/how")).isEqualTo("lease_expired");
        assertNothingAccepts(asked);
    }

    @Test
    void aStoppedReplicaIsWaitedForAndAcceptsNothingWhenItGoesOn() {
        Asked asked = issuedAndAskedAbout();
        signal("STOP", replicas.get(2));

        HttpAnswer revoked = revoke(deployments.getFirst(), asked);
        signal("CONT", replicas.get(2));

        assertThat(revoked.text("/effective/how")).isEqualTo("lease_expired");
        Waiting.pause(Duration.ofSeconds(1));
        assertNothingAccepts(asked);
    }

    @Test
    void aKilledReplicaIsWaitedForOnce() {
        issuedAndAskedAbout();
        replicas.get(2).kill9();
        revoke(deployments.getFirst(), issuedAndAskedAbout());
        assertThat(Waiting.until(
                        LONGEST,
                        () -> revoke(deployments.getFirst(), issuedAndAskedAbout())
                                        .json()
                                        .at("/effective/replicas")
                                        .asInt()
                                == 2))
                .isTrue();

        HttpAnswer revoked = revoke(deployments.getFirst(), issuedAndAskedAbout());

        assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
    }

    @Test
    void aReplicaThatStopsInOrderIsNotWaitedFor() {
        Asked asked = issuedAndAskedAbout();
        replicas.get(2).stop();

        HttpAnswer revoked = revoke(deployments.getFirst(), asked);

        assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
        assertThat(revoked.json().at("/effective/replicas").asInt()).isEqualTo(2);
    }

    @Test
    void lostConnectionsCostNothingButTime() throws SQLException {
        for (int round = 0; round < 4; round++) {
            Asked asked = issuedAndAskedAbout();
            terminate(round % 2 == 0 ? "token-vault hints" : "token-vault %");

            revoke(deployments.get(round % 3), asked);

            assertNothingAccepts(asked);
        }
    }

    /** A new token that every replica is asked about without an end from now on. */
    private Asked issuedAndAskedAbout() {
        HttpAnswer created = deployments.getFirst().connect("production", "");
        Asked asked = new Asked(created.text("/token/token"), created.text("/token/token_id"));
        acceptances.record(asked.token(), deployments);
        assertThat(Waiting.until(LONGEST, () -> acceptances.any(asked.token()))).isTrue();
        return asked;
    }

    private HttpAnswer revoke(Deployment replica, Asked asked) {
        HttpAnswer revoked = replica.admin()
                .post("/v1/tokens/" + asked.id() + "/revoke", "{}")
                .expect(200);
        lastReturn = System.nanoTime();
        return revoked;
    }

    private static HttpAnswer verdict(Deployment replica, Asked asked) {
        return replica.validate(asked.token(), "production", "");
    }

    private void assertNothingAccepts(Asked asked) {
        long returned = lastReturn;
        Waiting.pause(Duration.ofMillis(300));
        assertThat(acceptances.last(asked.token())).isLessThan(returned);
    }

    private boolean isRevoked(Asked asked) {
        return rows("select count(*) from token where state = 'REVOKED' and token_id = '" + asked.id() + "'") == 1;
    }

    private long rows(String count) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(count)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void terminate(String application) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                            + " and application_name like '" + application + "'");
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
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
}
