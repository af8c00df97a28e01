package io.tokenvault.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Postgres;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Token introspection and revocation as RFC 7662, RFC 7009, RFC 8414 and RFC 6749 have them. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class OAuthTest {
    private static final String INTROSPECT = "/oauth2/introspect";
    private static final String REVOKE = "/oauth2/revoke";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String INACTIVE = "{\"active\":false}";

    private Deployment service;
    private HttpAnswer connection;
    private String token;

    @BeforeEach
    void aConnection() {
        service = Deployment.current();
        connection = service.connect(
                "production", "\"scopes\":[\"vendors:read\",\"raw:read\"],\"allowed_cidrs\":[\"192.0.2.0/24\"]");
        token = connection.text("/token/token");
    }

    @Test
    void anActiveTokenIsDescribed() {
        HttpAnswer answer = introspect(token).expect(200);

        assertThat(answer.json().get("active").isBoolean()).isTrue();
        assertThat(answer.text("/scope").split(" ")).containsExactlyInAnyOrder("vendors:read", "raw:read");
        assertThat(answer.text("/client_id")).isEqualTo(connection.text("/connection/connection_id"));
        assertThat(answer.text("/sub")).isEqualTo(connection.text("/connection/connection_id"));
        assertThat(answer.text("/token_type")).isEqualTo("Bearer");
        assertThat(answer.text("/jti")).isEqualTo(connection.text("/token/token_id"));
        assertThat(answer.json().get("iat").asLong())
                .isEqualTo(Instant.parse(connection.text("/token/issued_at")).getEpochSecond());
        assertThat(answer.json().has("exp")).isFalse();
        assertThat(answer.text("/tv_environment")).isEqualTo("production");
        assertThat(answer.text("/tv_tenant")).isEqualTo("acme");
        assertThat(answer.text("/tv_system")).isEqualTo("netsuite");
        assertThat(answer.text("/tv_state")).isEqualTo("current");
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void anEndIsSaidInSeconds() {
        String ending = service.connect("production", "\"expires_in\":\"PT1H\"").text("/token/token");

        assertThat(introspect(ending).expect(200).json().get("exp").asLong())
                .isBetween(Instant.now().getEpochSecond() + 3590, Instant.now().getEpochSecond() + 3610);
    }

    @Test
    void ofAnInactiveTokenNothingIsSaid() {
        service.admin()
                .post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        String unknown = connection.text("/token/token").substring(0, 8) + "x".repeat(61);

        assertThat(introspect(token).expect(200).body()).isEqualTo(INACTIVE);
        assertThat(introspect(unknown).expect(200).body()).isEqualTo(INACTIVE);
        assertThat(introspect("no token").expect(200).body()).isEqualTo(INACTIVE);
    }

    @Test
    void aTokenOfAnotherEnvironmentIsNobodysBusiness() {
        HttpCaller elsewhere = service.operator("validator", "sandbox");
        HttpCaller elsewhereToo = service.operator("security", "sandbox");

        assertThat(ask(elsewhere, INTROSPECT, "token=" + token).expect(200).body())
                .isEqualTo(INACTIVE);
        assertThat(ask(elsewhereToo, REVOKE, "token=" + token).expect(200).body())
                .isEmpty();
        assertThat(introspect(token).expect(200).json().path("active").asBoolean())
                .isTrue();
    }

    @Test
    void aRevokedTokenIsDeadOnReturn() {
        ask(service.admin(), REVOKE, "token_type_hint=anything&token=" + token).expect(200);

        assertThat(introspect(token).expect(200).body()).isEqualTo(INACTIVE);
        assertThat(service.verdict(token, "production")).isEqualTo("revoked");
        ask(service.admin(), REVOKE, "token=" + token).expect(200);
        ask(service.admin(), REVOKE, "token=was-never-issued").expect(200);
    }

    @Test
    void aCallerMayAuthenticateInThreeWays() {
        HttpAnswer operator = operator("validator");
        String id = operator.text("/operator/operator_id");
        String key = operator.text("/key");

        ask(service.anyone().as(key), INTROSPECT, "token=" + token).expect(200);
        HttpAnswer basic = send(INTROSPECT, "token=" + token, Map.of("Authorization", basic(id, key)));
        HttpAnswer post = send(INTROSPECT, "token=" + token + "&client_id=" + id + "&client_secret=" + key, Map.of());

        assertThat(basic.expect(200).json().path("active").asBoolean()).isTrue();
        assertThat(post.expect(200).json().path("active").asBoolean()).isTrue();
    }

    @Test
    void theKeyOfAnotherOperatorIsNoCredential() {
        HttpAnswer one = operator("validator");
        HttpAnswer other = operator("validator");

        HttpAnswer refused = send(
                INTROSPECT,
                "token=" + token,
                Map.of("Authorization", basic(one.text("/operator/operator_id"), other.text("/key"))));

        assertRefusedClient(refused, "Basic realm=\"token-vault\"");
    }

    @Test
    void whoeverIsNobodyIsChallenged() {
        assertRefusedClient(send(INTROSPECT, "token=" + token, Map.of()), "Basic realm=\"token-vault\"");
        assertRefusedClient(
                send(REVOKE, "token=" + token, Map.of("Authorization", "Bearer tvo_nonsense")),
                "Bearer realm=\"token-vault\", error=\"invalid_token\"");
        assertRefusedClient(
                send(INTROSPECT, "token=" + token, Map.of("Authorization", "Basic %%%")),
                "Basic realm=\"token-vault\"");
    }

    @ParameterizedTest
    @CsvSource({"/oauth2/introspect, security", "/oauth2/revoke, validator"})
    void aCallerWithoutTheRoleIsNotAuthorized(String path, String role) {
        HttpAnswer refused =
                ask(service.operator(role, "*"), path, "token=" + token).expect(403);

        assertThat(refused.text("/error")).isEqualTo("unauthorized_client");
        assertThat(service.verdict(token, "production")).isEqualTo("source_ip_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "token=", "token_type_hint=x", "token=a&token=b", "token=%zz", "a=1&a=2&token=x"})
    void aFormWithoutOneTokenIsInvalid(String form) {
        for (String path : new String[] {INTROSPECT, REVOKE}) {
            HttpAnswer refused = ask(service.admin(), path, form).expect(400);

            assertThat(refused.text("/error")).isEqualTo("invalid_request");
            assertThat(refused.text("/error_description")).isNotBlank();
            assertThat(refused.json().size()).isEqualTo(2);
        }
    }

    @Test
    void twoCredentialsAreOneTooMany() {
        HttpAnswer refused = ask(service.admin(), INTROSPECT, "token=x&client_id=a&client_secret=b")
                .expect(400);

        assertThat(refused.text("/error")).isEqualTo("invalid_request");
    }

    @Test
    void twoHeadersAreOneTooMany() throws Exception {
        HttpResponse<String> refused;
        try (HttpClient http = HttpClient.newHttpClient()) {
            refused = http.send(
                    HttpRequest.newBuilder(URI.create(issuer() + INTROSPECT))
                            // The request that asks for an upgrade to HTTP/2 loses all but the last header of a name.
                            .version(HttpClient.Version.HTTP_1_1)
                            .header("Authorization", basic("someone", "tvo_nonsense"))
                            .header("Authorization", "Bearer tvo_nonsense")
                            .header("Content-Type", FORM)
                            .POST(HttpRequest.BodyPublishers.ofString("token=x"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\"error\":\"invalid_request\"");
    }

    @Test
    void keyAndIdAreDecodedAsAForm() {
        HttpAnswer operator = operator("validator");
        String id = operator.text("/operator/operator_id");
        String encoded = "%" + Integer.toHexString(id.charAt(0)) + id.substring(1);

        send(INTROSPECT, "token=x", Map.of("Authorization", basic(encoded, operator.text("/key"))))
                .expect(200);
        assertRefusedClient(
                send(INTROSPECT, "token=x", Map.of("Authorization", basic("%zz", "%zz"))),
                "Basic realm=\"token-vault\"");
    }

    @Test
    void theMediaTypeComesBeforeTheRole() {
        assertThat(service.operator("auditor", "*")
                        .post(INTROSPECT, "{}")
                        .expect(415)
                        .text("/error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void aBodyHasALimit() {
        assertThat(ask(service.admin(), INTROSPECT, "token=" + "x".repeat(64 * 1024))
                        .expect(413)
                        .text("/error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void aTokenInTheAddressIsNotRead() {
        assertThat(ask(service.admin(), INTROSPECT + "?token=" + token, "")
                        .expect(400)
                        .text("/error"))
                .isEqualTo("invalid_request");
        assertThat(ask(service.admin(), REVOKE + "?token=" + token, "token=" + token)
                        .expect(400)
                        .text("/error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void onlyFormsArePosted() {
        assertThat(service.admin().get(INTROSPECT).expect(405).header("Allow")).contains("POST");
        HttpAnswer json = service.admin().post(REVOKE, "{\"token\":\"" + token + "\"}");

        assertThat(json.expect(415).text("/error")).isEqualTo("invalid_request");
        assertThat(json.header("X-Request-Id")).isPresent();
    }

    @Test
    void theServerDescribesItself() {
        HttpAnswer metadata =
                service.anyone().get("/.well-known/oauth-authorization-server").expect(200);

        String issuer = metadata.text("/issuer");
        assertThat(issuer).startsWith("http");
        assertThat(metadata.text("/introspection_endpoint")).isEqualTo(issuer + INTROSPECT);
        assertThat(metadata.text("/revocation_endpoint")).isEqualTo(issuer + REVOKE);
        assertThat(metadata.json().get("response_types_supported").isArray()).isTrue();
        assertThat(metadata.json().get("grant_types_supported").size()).isZero();
        assertThat(metadata.json().has("token_endpoint")).isFalse();
    }

    private static void assertRefusedClient(HttpAnswer refused, String challenge) {
        refused.expect(401);
        assertThat(refused.text("/error")).isEqualTo("invalid_client");
        assertThat(refused.header("WWW-Authenticate").orElseThrow()).startsWith(challenge);
        assertThat(refused.header("Cache-Control")).contains("no-store");
    }

    private String issuer() {
        return service.anyone()
                .get("/.well-known/oauth-authorization-server")
                .expect(200)
                .text("/issuer");
    }

    private HttpAnswer operator(String role) {
        return service.admin()
                .post("/v1/operators", "{\"name\":\"o\",\"roles\":[\"" + role + "\"],\"environments\":[\"*\"]}")
                .expect(201);
    }

    private HttpAnswer introspect(String text) {
        return ask(service.admin(), INTROSPECT, "token=" + URLEncoder.encode(text, UTF_8));
    }

    private HttpAnswer send(String path, String form, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", FORM);
        return service.anyone().send("POST", path, form, all);
    }

    private static HttpAnswer ask(HttpCaller caller, String path, String form) {
        return caller.send("POST", path, form, Map.of("Content-Type", FORM));
    }

    private static String basic(String id, String key) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + key).getBytes(UTF_8));
    }
}
