package io.tokenvault.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.ScriptedServer;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A resource behind the filter, with the real service to ask. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class TokenVaultFilterTest {
    private static final String PATH = "/v1/filter-probe";
    private static final String REQUEST_ID = "a-request-of-this-test";
    private static final String CHALLENGE = "Bearer realm=\"token-vault\"";
    private static final String SCOPED = "\"scopes\":[\"purchase_orders:read\"]";

    private Deployment service;
    private TokenVaultClient client;

    @BeforeEach
    void aPlatformService() {
        service = Deployment.current();
        client = TokenVaultClient.at(address())
                .environment("production")
                .key(keyOf(service))
                .build();
        FilterProbe.CLIENT.set(client);
        FilterProbe.REACHED.set(0);
    }

    @AfterEach
    void end() {
        client.close();
    }

    @Test
    void aGoodTokenPassesAndEndsAtTheFilter() {
        HttpAnswer connection = service.connect("production", SCOPED);

        HttpAnswer answer = ask(connection.text("/token/token")).expect(200);

        assertThat(answer.body()).isEqualTo("acme " + connection.text("/connection/connection_id") + " [] null");
    }

    @Test
    void aRevokedTokenIsRefusedFromTheNextRequestOn() {
        HttpAnswer connection = service.connect("production", SCOPED);
        String token = connection.text("/token/token");
        ask(token).expect(200);

        service.admin()
                .post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "")
                .expect(200);

        assertRefused(ask(token), 401, "revoked", Optional.of(CHALLENGE + ", error=\"invalid_token\""));
    }

    @Test
    void eachRefusalIsThatOfTheGateways() {
        String narrow =
                service.connect("production", "\"scopes\":[\"raw:read\"]").text("/token/token");
        String foreign = service.connect("sandbox", SCOPED).text("/token/token");
        String bound = service.connect("production", SCOPED + ",\"allowed_cidrs\":[\"192.0.2.0/24\"]")
                .text("/token/token");
        Optional<String> invalid = Optional.of(CHALLENGE + ", error=\"invalid_token\"");

        assertRefused(
                ask(narrow), 403, "insufficient_scope", Optional.of(CHALLENGE + ", error=\"insufficient_scope\""));
        assertRefused(ask(foreign), 401, "wrong_environment", invalid);
        assertRefused(ask(bound), 403, "source_ip_not_allowed", Optional.empty());
        assertRefused(ask("tv_prod_nonsense"), 401, "malformed", invalid);
        assertRefused(ask(narrow.substring(0, narrow.length() - 1) + "~"), 401, "malformed", invalid);
    }

    @Test
    void aTokenOverItsLimitIsToldToWait() {
        String token = service.connect("production", SCOPED + ",\"rate_limit\":{\"limit\":1,\"period\":\"PT1H\"}")
                .text("/token/token");
        ask(token).expect(200);

        HttpAnswer refused = ask(token);

        assertRefused(refused, 429, "rate_limited", Optional.empty());
        assertThat(refused.header("Retry-After")).contains("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic dTpw", "Bearer", "Bearer ", "Bearer a b", "tv_prod_x", "Bearer a,Bearer b"})
    void anUnreadableHeaderIsNoCredential(String header) {
        assertRefused(ask(PATH, Map.of("Authorization", header)), 401, "unauthenticated", Optional.of(CHALLENGE));
    }

    @Test
    void withoutATokenNothingIsReached() {
        assertRefused(ask(PATH, Map.of()), 401, "unauthenticated", Optional.of(CHALLENGE));
        assertRefused(ask(PATH + "?access_token=x", Map.of()), 401, "unauthenticated", Optional.of(CHALLENGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "not an id, and long enough"})
    void aRequestWithoutAnIdGetsOne(String id) {
        HttpAnswer refused =
                service.anyone().send("GET", PATH, "", id.isEmpty() ? Map.of() : Map.of("X-Request-Id", id));

        assertThat(refused.expect(401).text("/request_id")).matches("[0-9a-f-]{36}");
    }

    @Test
    void theSchemeIsReadInAnyCase() {
        String token = service.connect("production", SCOPED).text("/token/token");

        service.anyone()
                .send("GET", PATH, "", Map.of("authorization", "bearer  " + token))
                .expect(200);
    }

    @Test
    void withoutAVerdictNothingPasses() {
        String token = service.connect("production", SCOPED).text("/token/token");
        try (ScriptedServer broken = new ScriptedServer(exchange -> "asked");
                TokenVaultClient asksIt = TokenVaultClient.at(broken.url())
                        .environment("production")
                        .key(() -> "tvo_key")
                        .build()) {
            FilterProbe.CLIENT.set(asksIt);
            broken.then(503, "", Map.of("Retry-After", "7"));

            HttpAnswer refused = ask(token);

            assertRefused(refused, 503, "validation_unavailable", Optional.empty());
            assertThat(refused.header("Retry-After")).contains("7");
        }
    }

    private HttpAnswer ask(String token) {
        return ask(PATH, Map.of("Authorization", "Bearer " + token));
    }

    /** With an id, for what stands around this resource would else name the request in its own way. */
    private HttpAnswer ask(String path, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("X-Request-Id", REQUEST_ID);
        return service.anyone().send("GET", path, "", all);
    }

    private static void assertRefused(HttpAnswer answer, int status, String code, Optional<String> challenge) {
        int reached = FilterProbe.REACHED.get();
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(answer.header("X-Token-Vault-Reason")).contains(code);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo(challenge);
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer.text("/code")).isEqualTo(code);
        assertThat(answer.text("/type")).isEqualTo("/problems/" + code);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.header("X-Request-Id")).contains(REQUEST_ID);
        assertThat(answer.text("/request_id")).isEqualTo(REQUEST_ID);
        assertThat(FilterProbe.REACHED.get()).isEqualTo(reached);
    }

    private static URI address() {
        return URI.create(
                "http://127.0.0.1:" + ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class));
    }

    private static Supplier<String> keyOf(Deployment service) {
        String key = service.operatorKey("validator", "production");
        return () -> key;
    }
}
