package io.tokenvault.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class AuthzTest {
    private static final String CHALLENGE = "Bearer realm=\"token-vault\"";

    private Deployment service;
    private HttpAnswer connection;
    private String token;

    @BeforeEach
    void aConnection() {
        service = Deployment.current();
        connection = service.connect("production", "\"scopes\":[\"vendors:read\",\"raw:read\"]");
        token = connection.text("/token/token");
    }

    @Test
    void aGoodTokenIsAllowedAndDescribed() {
        HttpAnswer allowed = ask("GET", "/authz/production").expect(200);

        assertThat(allowed.header("X-Token-Vault-Connection")).contains(connection.text("/connection/connection_id"));
        assertThat(allowed.header("X-Token-Vault-Tenant")).contains("acme");
        assertThat(allowed.header("X-Token-Vault-System")).contains("netsuite");
        assertThat(allowed.header("X-Token-Vault-Environment")).contains("production");
        assertThat(allowed.header("X-Token-Vault-Scopes").orElseThrow().split(" "))
                .containsExactlyInAnyOrder("vendors:read", "raw:read");
        assertThat(allowed.header("X-Token-Vault-Token-Id")).contains(connection.text("/token/token_id"));
        assertThat(allowed.header("x-envoy-auth-headers-to-remove")).contains("authorization");
        assertThat(allowed.header("Cache-Control")).contains("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"})
    void everyMethodIsAnswered(String method) {
        ask(method, "/authz/production/orders/7?x=1").expect(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/authz/production?scope=raw:read,                  200, ''",
        "/authz/production?scope=raw:read+vendors:read,     200, ''",
        "/authz/production?scope=assets:read,               403, insufficient_scope",
        "'/authz/production/scope=raw:read,vendors:read/x', 200, ''",
        "/authz/production/scope=assets:read/x,             403, insufficient_scope",
        "/authz/sandbox,                                    401, wrong_environment",
        "/authz/nowhere,                                    403, forbidden",
        "/authz/production?scope=raw:read&scope=x,          403, forbidden",
        "/authz/production/%2e%2e/x,                        403, forbidden",
        "/authz/production/a%2Fb,                           403, forbidden"
    })
    void thePathSaysWhatIsNeeded(String target, int status, String code) {
        HttpAnswer answer = ask("GET", target).expect(status);

        if (status != 200) {
            assertThat(answer.text("/code")).isEqualTo(code);
            assertThat(answer.header("X-Token-Vault-Reason")).contains(code);
            assertThat(answer.header("Content-Type")).contains("application/problem+json");
            assertThat(answer.header("Cache-Control")).contains("no-store");
        }
    }

    @Test
    void withoutATokenNoErrorIsNamed() {
        HttpAnswer refused = service.anyone().get("/authz/production").expect(401);

        assertThat(refused.text("/code")).isEqualTo("unauthenticated");
        assertThat(refused.header("WWW-Authenticate")).contains(CHALLENGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic dTpw", "Bearer", "Bearer a b", "tv_prod_x"})
    void anUnreadableHeaderIsNoCredential(String header) {
        HttpAnswer refused = service.anyone()
                .send("GET", "/authz/production", "", Map.of("Authorization", header))
                .expect(401);

        assertThat(refused.text("/code")).isEqualTo("unauthenticated");
    }

    @Test
    void aDeadTokenIsRefusedWithItsReason() {
        service.admin()
                .post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "")
                .expect(200);

        HttpAnswer refused = ask("GET", "/authz/production").expect(401);

        assertThat(refused.text("/code")).isEqualTo("revoked");
        assertThat(refused.header("WWW-Authenticate")).contains(CHALLENGE + ", error=\"invalid_token\"");
    }

    @Test
    void anAddressThatIsNotAllowedIsNoMistakeOfTheToken() {
        service.admin()
                .patch(
                        "/v1/connections/" + connection.text("/connection/connection_id"),
                        "{\"allowed_cidrs\":[\"192.0.2.0/24\"]}")
                .expect(200);

        HttpAnswer refused = ask("GET", "/authz/production").expect(403);

        assertThat(refused.text("/code")).isEqualTo("source_ip_not_allowed");
        assertThat(refused.header("WWW-Authenticate")).isEmpty();
    }

    private HttpAnswer ask(String method, String target) {
        return service.anyone().as(token).send(method, target, "", Map.of());
    }
}
