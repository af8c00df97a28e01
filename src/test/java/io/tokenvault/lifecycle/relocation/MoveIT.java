package io.tokenvault.lifecycle.relocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Store;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An environment goes from OpenBao to AWS and back, and the service ends at each step of it, as after kill -9. What the
 * settings may say afterwards is looked at last, since it can end the start.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MoveIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    static Path folder;

    private static Store openBao;
    private static Store aws;
    private static ServiceProcess service;
    private static Deployment deployment;

    @BeforeAll
    static void aService() {
        openBao = Store.start(Store.Kind.OPENBAO, folder);
        aws = Store.start(Store.Kind.AWS, folder);
        ServiceProcess.Description description = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .settings("token-vault.environments.production.mark=prod")
                .settings("token-vault.environments.production.backend=main")
                .settings(openBao.as("main"))
                .settings(aws.as("cloud"));
        aws.variables().forEach(description::variable);
        service = description.start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        deployment.admin().get("/v1/environments").expect(200);
    }

    @AfterAll
    static void stop() {
        service.close();
        aws.close();
        openBao.close();
    }

    private static String backend() {
        return deployment.admin().get("/v1/environments").expect(200).text("/data/0/backend");
    }

    private static Store store(String backend) {
        return backend.equals("main") ? openBao : aws;
    }

    private static String token(Store store, HttpAnswer created) {
        return store.read("production", created.text("/connection/connection_id"))
                .map(secret -> secret.path("token"))
                .map(JsonNode::asText)
                .orElse("none");
    }

    /** Those where the two sides disagree the most; all of them with {@code -Pslow}. */
    static List<FaultPoint> points() {
        return Boolean.getBoolean("slow")
                ? Arrays.stream(FaultPoint.values())
                        .filter(point -> point.name().startsWith("MOVE_"))
                        .toList()
                : List.of(FaultPoint.MOVE_AFTER_SWITCH, FaultPoint.MOVE_AFTER_KEYRING_DELETE);
    }

    @ParameterizedTest(name = "halted at {0}")
    @MethodSource("points")
    @Order(1)
    void aMoveThatIsCutOffEndsAfterTheNextStart(FaultPoint point) {
        HttpAnswer live = deployment.connect("production", "");
        HttpAnswer revoked = deployment.connect("production", "");
        String from = backend();
        String to = from.equals("main") ? "cloud" : "main";
        service.restartWithFault(point.code() + ":halt");
        HttpAnswer begun = deployment
                .admin()
                .post("/v1/environments/production/move", "{\"backend\":\"" + to + "\"}")
                .expect(202);
        assertThat(service.awaitExit(SOON)).as("the process ended").hasValue(137);

        service.restartWithFault("");
        deployment
                .admin()
                .post("/v1/tokens/" + revoked.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        HttpAnswer job = Jobs.succeeded(deployment.admin(), begun);

        assertThat(job.text("/data/kind")).isEqualTo("environment_move");
        assertThat(backend()).isEqualTo(to);
        assertThat(Waiting.until(SOON, () -> token(store(to), live).equals(live.text("/token/token"))))
                .isTrue();
        assertThat(Waiting.until(SOON, () -> token(store(to), revoked).equals("null")))
                .isTrue();
        assertThat(token(store(from), live)).isEqualTo("none");
        assertThat(token(store(from), revoked)).isEqualTo("none");
        assertThat(store(from).hasKeyring("production")).isFalse();
        assertThat(store(to).hasKeyring("production")).isTrue();
        assertThat(deployment.verdict(live.text("/token/token"), "production")).isEqualTo("current");
        assertThat(deployment.verdict(revoked.text("/token/token"), "production"))
                .isEqualTo("revoked");
    }

    @Test
    @Order(2)
    void settingsThatNameTheOldPlaceAreOverruledAndOthersEndTheStart() throws IOException {
        String was = backend().equals("main") ? "cloud" : "main";
        settings("backend=" + was);
        service.restart();
        assertThat(service.log()).contains("environment production was moved");
        assertThat(backend()).isNotEqualTo(was);

        settings("backend=" + was + "\ntoken-vault.environments.production.storage=sealed");
        service.stop();
        service.launch();

        assertThat(service.awaitExit(SOON).orElse(0)).isNotZero();
        assertThat(service.log()).contains("its keyring and secrets are in");
    }

    private static void settings(String backend) throws IOException {
        Path file = folder.resolve("service.properties");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceAll(
                                "token-vault.environments.production.backend=.*",
                                "token-vault.environments.production." + backend));
    }
}
