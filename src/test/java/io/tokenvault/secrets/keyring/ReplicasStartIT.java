package io.tokenvault.secrets.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two replicas that start at one moment, on an empty database and an empty backend, agree on one keyring each. */
class ReplicasStartIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";

    @TempDir
    static Path folder;

    private static OpenBao openBao;
    private static ServiceProcess one;
    private static ServiceProcess other;
    private static Deployment atOne;

    @BeforeAll
    static void startBothAtOnce() throws IOException {
        openBao = OpenBao.start(folder);
        TestDatabase database = TestDatabase.create();
        one = replica("one", database);
        other = replica("other", database);
        one.launch();
        other.launch();
        one.awaitReady();
        other.awaitReady();
        atOne = Deployment.of(one.address(), BOOTSTRAP_KEY);
    }

    @AfterAll
    static void end() {
        one.close();
        other.close();
        openBao.close();
    }

    private static ServiceProcess replica(String name, TestDatabase database) throws IOException {
        return ServiceProcess.in(Files.createDirectory(folder.resolve(name)))
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .secretsIn(openBao)
                .database(database)
                .build();
    }

    @Test
    void aTokenOfOneIsGoodAtTheOther() {
        String token = atOne.connect("production", "").text("/token/token");

        var status = other.http().as(token).get("/data/v1/connection");

        assertThat(status.status()).isEqualTo(200);
    }

    @Test
    void anOperatorOfOneMayCallTheOther() {
        String key = atOne.operatorKey("auditor", "*");

        var list = other.http().as(key).get("/v1/connections");

        assertThat(list.status()).isEqualTo(200);
    }

    @Test
    void whatOneSealedIsOpenedByTheOther() {
        String connection = atOne.connect("sandbox", "").text("/connection/connection_id");
        String key = atOne.operatorKey("issuer", "*");

        var rotated = other.http().as(key).post("/v1/connections/" + connection + "/rotate", "{}");

        assertThat(rotated.status()).isEqualTo(200);
        assertThat(rotated.text("/connection/secret/published_at")).isNotEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"system", "production", "sandbox", "development"})
    void everyKeyringWasWrittenOnce(String environment) {
        String path = "secret/metadata/token-vault/" + environment + "/keyring";

        int versions = openBao.call("GET", path, "").at("/data/current_version").asInt();

        assertThat(versions).isEqualTo(1);
    }
}
