package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Operation;
import io.tokenvault.testing.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process ends at a fault point, as after kill -9, and starts again: repeating the request ends it well. */
class FaultWalkIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-the-fault-walk-0001";

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
        deployment.admin().get("/v1/environments").expect(200);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest(name = "{0} halted at {1}")
    @CsvSource({
        "CREATE,         CHANGE_AFTER_COMMIT",
        "CREATE,         PUBLISH_AFTER_PUT",
        "ROTATE,         ROTATE_AFTER_RETIRE",
        "ROTATE,         PUBLISH_BEFORE_PUT",
        "RECONNECT,      CHANGE_BEFORE_ANSWER",
        "REVOKE,         REVOKE_BEFORE_WISH",
        "REVOKE,         PUBLISH_AFTER_DONE",
        "DISCONNECT,     PUBLISH_BEFORE_PUT"
    })
    void aRepeatedRequestEndsWell(Operation operation, FaultPoint point) {
        Operation.Attempt attempt = operation.on(deployment);
        service.restartWithFault(point.code() + ":halt");

        attempt.send();
        assertThat(service.awaitExit(Duration.ofSeconds(20)))
                .as("the process ended")
                .hasValue(137);
        service.restartWithFault("");

        assertThat(attempt.repeat().status()).isIn(200, 201);
        attempt.check();
    }
}
