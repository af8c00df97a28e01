package io.tokenvault.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every change and every denied call is on record, once. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class AuditLogTest {
    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    @Test
    void everyChangeOfAConnectionLeavesOneEvent() {
        String id = service.connect("production", "").text("/connection/connection_id");
        String path = "/v1/connections/" + id;
        service.admin().patch(path, "{\"display_name\":\"Acme\"}").expect(200);
        service.admin().patch(path, "{\"display_name\":\"Acme\"}").expect(200);
        service.admin().post(path + "/rotate", "{}").expect(200);
        service.admin().post(path + "/suspend", "{\"reason\":\"why\"}").expect(200);
        service.admin().post(path + "/suspend", "{\"reason\":\"again\"}").expect(200);
        service.admin().post(path + "/resume", "").expect(200);
        service.admin().post(path + "/require-reauthorization", "").expect(200);
        service.admin().post(path + "/reconnect", "{\"credentials\":{}}").expect(200);
        service.admin().delete(path).expect(200);

        assertThat(actions(id))
                .containsExactly(
                        "connection.disconnect",
                        "connection.reconnect",
                        "connection.require_reauthorization",
                        "connection.resume",
                        "connection.suspend",
                        "connection.rotate",
                        "connection.edit",
                        "connection.create");
    }

    @Test
    void anEventSaysWhoWhatWhereAndUnderWhichRequest() {
        HttpAnswer created = service.connect("sandbox", "");
        String token = created.text("/token/token_id");
        service.admin()
                .send(
                        "POST",
                        "/v1/tokens/" + token + "/revoke",
                        "{\"reason\":\"drill\"}",
                        Map.of("X-Request-Id", "request-4711"))
                .expect(200);

        JsonNode event = service.admin()
                .get("/v1/audit-events?object_id=" + token)
                .expect(200)
                .json()
                .at("/data/0");

        assertThat(event.path("action").asText()).isEqualTo("token.revoke");
        assertThat(event.path("result").asText()).isEqualTo("success");
        assertThat(event.path("reason").asText()).isEqualTo("drill");
        assertThat(event.path("request_id").asText()).isEqualTo("request-4711");
        assertThat(event.path("source_ip").asText()).isEqualTo("127.0.0.1");
        assertThat(event.path("environment").asText()).isEqualTo("sandbox");
        assertThat(event.at("/actor/name").asText()).isEqualTo("root");
        assertThat(event.at("/actor/method").asText()).isEqualTo("operator_key");
        assertThat(event.at("/object/type").asText()).isEqualTo("token");
    }

    @Test
    void deniedCallsAreOnRecord() {
        String id = service.connect("production", "").text("/connection/connection_id");
        String request = "denied-" + System.nanoTime();
        service.anyone()
                .as("tvo_nonsense")
                .send("GET", "/v1/connections", "", Map.of("X-Request-Id", request + "-a"))
                .expect(401);
        service.operator("auditor", "*")
                .send("DELETE", "/v1/connections/" + id, "", Map.of("X-Request-Id", request + "-b"))
                .expect(403);
        service.operator("auditor", "sandbox")
                .send("GET", "/v1/connections/" + id, "", Map.of("X-Request-Id", request + "-c"))
                .expect(404);

        List<String> denied = new ArrayList<>();
        service.admin()
                .get("/v1/audit-events?action=access.deny&limit=100")
                .json()
                .path("data")
                .forEach(event -> denied.add(event.path("request_id").asText() + " "
                        + event.path("reason").asText() + " "
                        + event.path("result").asText()));
        assertThat(denied)
                .contains(
                        request + "-a unauthenticated denied",
                        request + "-b forbidden denied",
                        request + "-c not_found denied");
    }

    @Test
    void aRefusedChangeLeavesNoEventOfSuccess() {
        String id = service.connect("production", "").text("/connection/connection_id");
        service.admin().post("/v1/connections/" + id + "/suspend", "").expect(200);

        service.admin().post("/v1/connections/" + id + "/rotate", "{}").expect(409);

        assertThat(actions(id)).containsExactly("connection.suspend", "connection.create");
    }

    private List<String> actions(String object) {
        List<String> actions = new ArrayList<>();
        service.admin()
                .get("/v1/audit-events?object_id=" + object)
                .expect(200)
                .json()
                .path("data")
                .forEach(event -> actions.add(event.path("action").asText()));
        return actions;
    }
}
