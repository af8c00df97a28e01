package io.tokenvault.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a revocation takes until no replica accepts the token, on three replicas that all know it, beside a change of
 * the same connection that waits for nobody.
 */
class RevocationBench {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final int REPLICAS = 3;
    private static final int WARM_UP = 100;
    private static final int ROUNDS = 400;

    @TempDir
    Path folder;

    private final List<ServiceProcess> replicas = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private final List<OpenBao> backends = new ArrayList<>();

    @AfterEach
    void end() {
        replicas.forEach(ServiceProcess::close);
        backends.forEach(OpenBao::close);
    }

    @Test
    void threeReplicas() throws IOException {
        OpenBao openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")));
        backends.add(openBao);
        TestDatabase database = TestDatabase.create();
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(ServiceProcess.in(Files.createDirectory(folder.resolve("replica-" + i)))
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .secretsIn(openBao)
                    .database(database)
                    .start());
        }
        deployments.add(Deployment.of(replicas.getFirst().address(), BOOTSTRAP_KEY));
        replicas.stream()
                .skip(1)
                .forEach(replica -> deployments.add(deployments.getFirst().at(replica.address())));
        List<Double> revocations = new ArrayList<>();
        List<Double> changes = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            measure(deployments.get(Math.floorMod(round, REPLICAS)), round >= 0, revocations, changes);
        }
        String table = """

                | %,d calls each, %d replicas | p50 ms | p99 ms | longest ms |
                | --- | --- | --- | --- |
                %s%sA revocation takes %.1f times as long as a change that waits for nobody (p50).
                """.formatted(
                        ROUNDS,
                        REPLICAS,
                        row("revoke: commit, every replica, and the backend", revocations),
                        row("change of the display name: commit", changes),
                        at(revocations, 0.5) / at(changes, 0.5));
        Files.writeString(Path.of("target/bench.md"), table, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void measure(Deployment replica, boolean counts, List<Double> revocations, List<Double> changes) {
        HttpAnswer created = replica.connect("production", "");
        String token = created.text("/token/token");
        for (Deployment each : deployments) {
            assertThat(each.verdict(token, "production")).isEqualTo("current");
        }
        String connection = "/v1/connections/" + created.text("/connection/connection_id");
        long started = System.nanoTime();
        replica.admin().patch(connection, "{\"display_name\":\"Acme\"}").expect(200);
        long changed = System.nanoTime();
        HttpAnswer revoked = replica.admin()
                .post("/v1/tokens/" + created.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        long returned = System.nanoTime();
        assertThat(revoked.text("/effective/how")).isEqualTo("acknowledged");
        if (counts) {
            changes.add((changed - started) / 1e6);
            revocations.add((returned - changed) / 1e6);
        }
    }

    private static String row(String what, List<Double> millis) {
        return "| %s | %.1f | %.1f | %.1f |%n".formatted(what, at(millis, 0.5), at(millis, 0.99), at(millis, 1));
    }

    private static double at(List<Double> values, double share) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * share)));
    }
}
