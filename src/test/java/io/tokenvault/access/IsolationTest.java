package io.tokenvault.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Postgres;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever is bound to one environment cannot see, name or touch anything of another. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class IsolationTest {
    private Deployment service;
    private HttpAnswer foreign;

    @BeforeEach
    void aConnectionInProduction() {
        service = Deployment.current();
        foreign = service.connect("production", "");
    }

    @ParameterizedTest
    @CsvSource({
        "issuer,   GET,    /v1/connections/{c},          ''",
        "issuer,   GET,    /v1/connections/{c}/tokens,   ''",
        "issuer,   PATCH,  /v1/connections/{c},          {}",
        "issuer,   POST,   /v1/connections/{c}/rotate,   {}",
        "issuer,   POST,   /v1/connections/{c}/require-reauthorization, {}",
        "security, POST,   /v1/connections/{c}/suspend,  {}",
        "security, POST,   /v1/connections/{c}/resume,   {}",
        "security, DELETE, /v1/connections/{c},          ''",
        "security, GET,    /v1/tokens/{t},               ''",
        "security, POST,   /v1/tokens/{t}/revoke,        {}"
    })
    void aForeignObjectLooksLikeNone(String role, String method, String path, String body) {
        HttpCaller bound = service.operator(role, "sandbox");

        HttpAnswer hidden = send(bound, method, foreign(path), body);
        HttpAnswer absent = send(bound, method, absent(path), body);

        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.body()).isEqualTo(absent.body());
        assertThat(service.verdict(foreign.text("/token/token"), "production")).isEqualTo("current");
    }

    @Test
    void listsEndAtTheBorder() {
        HttpCaller bound = service.operator("auditor", "sandbox");
        service.connect("sandbox", "");

        bound.get("/v1/connections?limit=500")
                .expect(200)
                .json()
                .path("data")
                .forEach(item -> assertThat(item.path("environment").asText()).isEqualTo("sandbox"));
        bound.get("/v1/tokens?limit=500")
                .expect(200)
                .json()
                .path("data")
                .forEach(item -> assertThat(item.path("environment").asText()).isEqualTo("sandbox"));
        bound.get("/v1/audit-events?limit=500")
                .expect(200)
                .json()
                .path("data")
                .forEach(item -> assertThat(item.path("environment").asText()).isEqualTo("sandbox"));
        assertThat(bound.get("/v1/environments").json().path("data")).hasSize(1);
    }

    @Test
    void aForeignEnvironmentIsForbiddenAndAnUnknownOneAMistake() {
        HttpCaller issuer = service.operator("issuer", "sandbox");
        HttpCaller security = service.operator("security", "sandbox");
        String create = "{\"tenant\":\"a\",\"system\":\"custom\",\"environment\":\"%s\"}";
        String revoke = "{\"filter\":{\"environment\":\"%s\"},\"reason\":\"x\"}";

        issuer.get("/v1/connections?environment=production").expect(403);
        issuer.get("/v1/connections?environment=nowhere").expect(400);
        issuer.post("/v1/connections", create.formatted("production")).expect(403);
        issuer.post("/v1/connections", create.formatted("nowhere")).expect(400);
        security.post("/v1/revocations", revoke.formatted("production")).expect(403);
        security.post("/v1/revocations", revoke.formatted("nowhere")).expect(400);
    }

    @Test
    void aRowCopiedIntoAnotherEnvironmentOpensNothingThere() {
        // The MAC of a token is keyed by its environment: the mark alone cannot carry it over.
        String token = foreign.text("/token/token");

        assertThat(service.verdict(token, "sandbox")).isEqualTo("wrong_environment");
        assertThat(service.verdict(token.replace("tv_prod_", "tv_sbx_"), "sandbox"))
                .isEqualTo("malformed");
    }

    private HttpAnswer send(HttpCaller caller, String method, String path, String body) {
        return caller.send(method, path, body, Map.of("X-Request-Id", "the-same-for-both"));
    }

    private String foreign(String path) {
        return path.replace("{c}", foreign.text("/connection/connection_id"))
                .replace("{t}", foreign.text("/token/token_id"));
    }

    private static String absent(String path) {
        return path.replace("{c}", "c00000000000000000000000").replace("{t}", "000000000000");
    }
}
