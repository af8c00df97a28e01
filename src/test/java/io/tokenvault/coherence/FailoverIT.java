package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ReplicatedPostgres;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas on a primary with a synchronous standby, while the standby takes over. */
class FailoverIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration LONGEST = Duration.ofSeconds(40);
    private static final int REVOKED = 5;

    @TempDir
    Path folder;

    private final Acceptances acceptances = new Acceptances();
    private final List<ServiceProcess> replicas = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private OpenBao openBao;
    private ReplicatedPostgres postgres;

    @BeforeEach
    void startTwo() throws IOException {
        postgres = ReplicatedPostgres.in(Files.createDirectory(folder.resolve("postgres")));
        openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")));
        for (int i = 0; i < 2; i++) {
            replicas.add(ServiceProcess.in(Files.createDirectory(folder.resolve("replica-" + i)))
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .settings("token-vault.lease=PT3S")
                    .secretsIn(openBao)
                    .database(postgres.database())
                    .start());
        }
        deployments.add(Deployment.of(replicas.getFirst().address(), BOOTSTRAP_KEY));
        deployments.add(deployments.getFirst().at(replicas.getLast().address()));
    }

    @AfterEach
    void end() throws InterruptedException {
        acceptances.close();
        replicas.forEach(ServiceProcess::close);
        postgres.close();
        openBao.close();
    }

    @Test
    void noRevocationThatReturnedIsLostAndAPrimaryAloneGrantsNoLease() throws IOException, SQLException {
        assertThat(replication()).isEqualTo("synchronous");
        HttpAnswer live = deployments.getFirst().connect("production", "");
        Map<String, Long> returned = new HashMap<>();
        for (int i = 0; i < REVOKED; i++) {
            HttpAnswer created = deployments.getFirst().connect("production", "");
            String token = created.text("/token/token");
            acceptances.record(token, deployments);
            assertThat(Waiting.until(LONGEST, () -> acceptances.any(token))).isTrue();
            deployments
                    .get(i % 2)
                    .admin()
                    .post("/v1/tokens/" + created.text("/token/token_id") + "/revoke", "{}")
                    .expect(200);
            returned.put(token, System.nanoTime());
        }

        // The primary lives on, and its standby does not hear of it.
        postgres.replication().hold();
        assertThat(Waiting.until(LONGEST, () -> status(live) == 503)).isTrue();
        postgres.killPrimary();
        postgres.promote();

        assertThat(Waiting.until(LONGEST, () -> status(live) == 200)).isTrue();
        for (Deployment replica : deployments) {
            for (String token : returned.keySet()) {
                assertThat(replica.verdict(token, "production")).isEqualTo("revoked");
            }
        }
        returned.forEach((token, at) -> assertThat(acceptances.last(token)).isLessThan(at));
    }

    /** What readiness says of it. */
    private String replication() {
        return replicas.getFirst()
                .management()
                .get("/q/health/ready")
                .expect(200)
                .json()
                .path("checks")
                .valueStream()
                .filter(check -> check.path("name").asText().equals("database"))
                .map(check -> check.at("/data/replication").asText())
                .collect(Collectors.joining());
    }

    /** The worse of both replicas. */
    private int status(HttpAnswer created) {
        return deployments.stream()
                .mapToInt(replica -> replica.validate(created.text("/token/token"), "production", "")
                        .status())
                .max()
                .orElseThrow();
    }
}
