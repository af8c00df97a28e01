package io.tokenvault.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a holder is told of its own connection. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class ConnectionResourceTest {
    private Deployment service;
    private HttpAnswer connection;

    @BeforeEach
    void aConnection() {
        service = Deployment.current();
        connection = service.connect("production", "");
    }

    @ParameterizedTest
    @CsvSource({
        "'',                      active",
        "suspend,                 suspended",
        "require-reauthorization, reauthorization_required"
    })
    void aLiveTokenIsToldTheStatusAndWhatToDo(String move, String status) {
        if (!move.isEmpty()) {
            service.admin().post(path() + "/" + move, "").expect(200);
        }

        HttpAnswer answer = holder().expect(200);

        assertThat(answer.text("/data/connection_id")).isEqualTo(connection.text("/connection/connection_id"));
        assertThat(answer.text("/data/status")).isEqualTo(status);
        assertThat(answer.text("/data/token/state")).isEqualTo("current");
        assertThat(answer.text("/data/next_step")).isNotBlank();
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void aRetiringTokenIsToldItsEnd() {
        service.admin().post(path() + "/rotate", "{\"overlap\":\"PT1H\"}").expect(200);

        HttpAnswer answer = holder().expect(200);

        assertThat(answer.text("/data/token/state")).isEqualTo("retiring");
        assertThat(answer.json().at("/data/token/retires_at").isNull()).isFalse();
        assertThat(answer.header("X-Token-Vault-State")).contains("retiring");
        assertThat(answer.header("Sunset").orElseThrow()).endsWith(" GMT");
    }

    @Test
    void aDeadTokenIsTold401() {
        service.admin()
                .post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "")
                .expect(200);

        assertThat(holder().expect(401).text("/code")).isEqualTo("revoked");
        assertThat(service.anyone().get("/data/v1/connection").expect(401).text("/code"))
                .isEqualTo("unauthenticated");
        assertThat(service.admin().get("/data/v1/connection").expect(401).text("/code"))
                .isEqualTo("malformed");
    }

    private HttpAnswer holder() {
        return service.anyone().as(connection.text("/token/token")).get("/data/v1/connection");
    }

    private String path() {
        return "/v1/connections/" + connection.text("/connection/connection_id");
    }
}
