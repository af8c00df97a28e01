package io.tokenvault.lifecycle.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The service ends in the middle of a change of keys, as after kill -9; after the next start the job is done. */
class KeyringCrashIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final String CREDENTIALS = "\"credentials\":{\"client_secret\":\"of the source\"}";
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static ServiceProcess service;
    private static Deployment deployment;

    @BeforeAll
    static void aService() {
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static HttpAnswer post(String environment, String change) {
        return deployment
                .admin()
                .post("/v1/environments/" + environment + "/keyring/" + change, "{}")
                .expect(202);
    }

    private static void crashed() {
        assertThat(service.awaitExit(SOON)).as("the process ended").hasValue(137);
    }

    @ParameterizedTest
    @EnumSource(names = {"KEYRING_AFTER_ADD", "KEYRING_AFTER_USE", "KEYRING_AFTER_RESEAL"})
    void aRotationEndsAfterTheNextStart(FaultPoint point) {
        String old = deployment.connect("sandbox", CREDENTIALS).text("/token/token");
        service.restartWithFault(point.code() + ":halt");
        HttpAnswer begun = post("sandbox", "rotate");
        crashed();

        service.restartWithFault("");

        Jobs.succeeded(deployment.admin(), begun);
        assertThat(deployment.verdict(old, "sandbox")).isEqualTo("current");
        String fresh = deployment.connect("sandbox", CREDENTIALS).text("/token/token");
        HttpAnswer dry = deployment
                .admin()
                .post("/v1/environments/sandbox/keyring/retire", "{\"dry_run\":true}")
                .expect(200);
        assertThat(dry.json().at("/affected/sealed").asInt()).isZero();
        assertThat(dry.json().at("/affected/tokens").asInt()).isPositive();
        assertThat(deployment.verdict(fresh, "sandbox")).isEqualTo("current");
    }

    @Test
    void aRetirementEndsAfterTheNextStart() {
        String old = deployment.connect("production", CREDENTIALS).text("/token/token");
        Jobs.succeeded(deployment.admin(), post("production", "rotate"));
        String fresh = deployment.connect("production", CREDENTIALS).text("/token/token");
        service.restartWithFault(FaultPoint.KEYRING_AFTER_REMOVE.code() + ":halt");
        HttpAnswer begun = post("production", "retire");
        crashed();

        service.restartWithFault("");

        Jobs.succeeded(deployment.admin(), begun);
        assertThat(deployment.verdict(old, "production")).isEqualTo("revoked");
        assertThat(deployment.verdict(fresh, "production")).isEqualTo("current");
    }
}
