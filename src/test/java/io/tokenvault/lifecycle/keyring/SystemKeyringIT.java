package io.tokenvault.lifecycle.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.ServiceProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keyring behind operator keys is rotated and retired; the service starts once more after that. */
class SystemKeyringIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";

    @TempDir
    static Path folder;

    private static ServiceProcess service;
    private static HttpCaller keptAdmin;
    private static HttpCaller forgottenAdmin;
    private static HttpCaller bootstrap;
    private static HttpAnswer retired;

    @BeforeAll
    static void rotateRetireAndRestart() {
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .start();
        Deployment deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        bootstrap = deployment.anyone().as(BOOTSTRAP_KEY);
        forgottenAdmin = deployment.operator("admin", "*");
        HttpAnswer kept = deployment
                .admin()
                .post("/v1/operators", "{\"name\":\"kept\",\"roles\":[\"admin\"],\"environments\":[\"*\"]}")
                .expect(201);
        Jobs.succeeded(deployment.admin(), deployment.admin().post("/v1/environments/system/keyring/rotate", "{}"));
        keptAdmin = deployment
                .anyone()
                .as(deployment
                        .admin()
                        .post("/v1/operators/" + kept.text("/operator/operator_id") + "/rotate", "{}")
                        .expect(200)
                        .text("/key"));
        retired = keptAdmin.post("/v1/environments/system/keyring/retire", "{}").expect(202);
        Jobs.succeeded(keptAdmin, retired);
        service.restart();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void whoeverHasAKeyOfTheNewestGenerationGoesOn() {
        keptAdmin.get("/v1/environments").expect(200);
    }

    @Test
    void theOthersAreRemoved() {
        forgottenAdmin.get("/v1/environments").expect(401);
        assertThat(retired.json().at("/affected/operators").asInt()).isEqualTo(2);
        assertThat(keptAdmin
                        .get("/v1/operators")
                        .expect(200)
                        .json()
                        .path("data")
                        .valueStream()
                        .filter(operator -> operator.path("removed_at").isNull()))
                .hasSize(1);
    }

    @Test
    void theBootstrapKeyStaysRetired() {
        bootstrap.get("/v1/operators").expect(401);
    }
}
