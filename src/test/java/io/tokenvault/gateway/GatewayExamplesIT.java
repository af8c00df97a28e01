package io.tokenvault.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Gateway;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real gateways with the example configurations let exactly the holders of good tokens through. */
class GatewayExamplesIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final String SCOPED = "\"scopes\":[\"purchase_orders:read\"]";

    @TempDir
    static Path folder;

    private static ServiceProcess service;
    private static Deployment deployment;
    private static final Map<String, Gateway> GATEWAYS = new HashMap<>();

    @BeforeAll
    static void start() throws IOException {
        service = ServiceProcess.in(Files.createDirectory(folder.resolve("service")))
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        GATEWAYS.put("envoy-http", Gateway.envoy("docs/how-to/envoy/http.yaml", service, made("envoy-http")));
        GATEWAYS.put("envoy-grpc", Gateway.envoy("docs/how-to/envoy/grpc.yaml", service, made("envoy-grpc")));
        GATEWAYS.put("caddy", Gateway.caddy("docs/how-to/caddy/Caddyfile", service, made("caddy")));
    }

    private static Path made(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    @AfterAll
    static void end() {
        GATEWAYS.values().forEach(Gateway::close);
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"envoy-http", "envoy-grpc", "caddy"})
    void aGoodTokenReachesTheApiWhichLearnsWhoCallsAndNotTheToken(String gateway) {
        HttpAnswer connection = deployment.connect("production", SCOPED);

        HttpAnswer answer = http(gateway)
                .as(connection.text("/token/token"))
                .send(
                        "GET",
                        "/api/hello?scope=raw:read",
                        "",
                        Map.of("X-Token-Vault-Tenant", "someone-else", "X-Token-Vault-Connection", "forged"))
                .expect(200);

        assertThat(answer.text("/x-token-vault-connection")).isEqualTo(connection.text("/connection/connection_id"));
        assertThat(answer.text("/x-token-vault-tenant")).isEqualTo("acme");
        assertThat(answer.text("/x-token-vault-environment")).isEqualTo("production");
        assertThat(answer.text("/x-token-vault-scopes")).isEqualTo("purchase_orders:read");
        assertThat(answer.json().has("authorization")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"envoy-http", "envoy-grpc", "caddy"})
    void whatIsNotGoodStaysOutsideWithItsReason(String gateway) {
        HttpAnswer revoked = deployment.connect("production", SCOPED);
        deployment
                .admin()
                .post("/v1/tokens/" + revoked.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        String narrow =
                deployment.connect("production", "\"scopes\":[\"raw:read\"]").text("/token/token");
        String foreign = deployment.connect("sandbox", SCOPED).text("/token/token");

        assertRefused(http(gateway).get("/api/hello"), 401, "unauthenticated");
        assertRefused(ask(gateway, revoked.text("/token/token")), 401, "revoked");
        assertRefused(ask(gateway, "tv_prod_nonsense"), 401, "malformed");
        assertRefused(ask(gateway, foreign), 401, "wrong_environment");
        assertRefused(ask(gateway, narrow), 403, "insufficient_scope");
    }

    private static HttpCaller http(String gateway) {
        return Objects.requireNonNull(GATEWAYS.get(gateway)).http();
    }

    private static HttpAnswer ask(String gateway, String token) {
        return http(gateway).as(token).get("/api/hello");
    }

    private static void assertRefused(HttpAnswer answer, int status, String reason) {
        assertThat(answer.status()).as(reason).isEqualTo(status);
        assertThat(answer.header("X-Token-Vault-Reason")).hasValue(reason);
        assertThat(answer.text("/code")).isEqualTo(reason);
        if (status == 401) {
            assertThat(answer.header("WWW-Authenticate").orElseThrow()).startsWith("Bearer realm=\"token-vault\"");
        }
    }
}
