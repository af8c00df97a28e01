package io.tokenvault.gateway;

import static io.tokenvault.testing.ExtAuthz.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.ExtAuthz;
import io.tokenvault.testing.ExtAuthz.Question;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Envoy is told over gRPC, message by message. */
class EnvoyAuthorizationIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";

    @TempDir
    static Path folder;

    private static ServiceProcess process;
    private static Deployment service;
    private static ExtAuthz envoy;

    @BeforeAll
    static void start() {
        process = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .settings("token-vault.trusted-proxies=198.51.100.0/24")
                .start();
        service = Deployment.of(process.address(), BOOTSTRAP_KEY);
        envoy = ExtAuthz.of(process);
    }

    @AfterAll
    static void end() {
        envoy.close();
        process.close();
    }

    @Test
    void aGoodTokenIsReplacedByWhatItStandsFor() {
        HttpAnswer connection = service.connect("production", "\"scopes\":[]");

        CheckResponse answer = envoy.check(production().token(connection.text("/token/token")));

        assertThat(answer.getStatus().getCode()).isZero();
        assertThat(headers(answer.getOkResponse().getHeadersList()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "X-Token-Vault-Connection", connection.text("/connection/connection_id"),
                        "X-Token-Vault-Tenant", "acme",
                        "X-Token-Vault-System", "netsuite",
                        "X-Token-Vault-Environment", "production",
                        "X-Token-Vault-Scopes", "",
                        "X-Token-Vault-Token-Id", connection.text("/token/token_id")));
        assertThat(answer.getOkResponse().getHeadersToRemoveList()).containsExactly("authorization");
    }

    @Test
    void whatAClientForgedIsReplacedEvenByNothing() {
        String token = service.connect("production", "\"scopes\":[]").text("/token/token");

        CheckResponse answer = envoy.check(production().token(token).header("x-token-vault-scopes", "raw:read"));

        assertThat(answer.getOkResponse().getHeadersList())
                .allMatch(HeaderValueOption::getKeepEmptyValue)
                .extracting(HeaderValueOption::getAppendAction)
                .containsOnly(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    }

    @Test
    void theClientChoosesNeitherEnvironmentNorScope() {
        String token =
                service.connect("production", "\"scopes\":[\"raw:read\"]").text("/token/token");

        CheckResponse scoped = envoy.check(production()
                .extension("scope", "raw:read vendors:read")
                .token(token)
                .header("scope", "raw:read")
                .path("/api?scope=raw:read"));
        CheckResponse elsewhere = envoy.check(new Question()
                .extension("environment", "sandbox")
                .token(token)
                .header("environment", "production")
                .path("/authz/production"));

        assertDenied(scoped, 403, "insufficient_scope");
        assertThat(deniedHeaders(scoped).get("WWW-Authenticate")).contains("error=\"insufficient_scope\"");
        assertDenied(elsewhere, 401, "wrong_environment");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nowhere", "system", "Production", "production "})
    void withoutAnEnvironmentNobodyIsLetIn(String environment) {
        String token = service.connect("production", "").text("/token/token");

        assertDenied(
                envoy.check(new Question().extension("environment", environment).token(token)), 403, "forbidden");
    }

    @Test
    void scopesThatCannotBeReadLetNobodyIn() {
        String token = service.connect("production", "").text("/token/token");

        assertDenied(envoy.check(production().extension("scope", "a\"b").token(token)), 403, "forbidden");
    }

    @Test
    void whatIsNotOneBearerTokenIsUnauthenticated() {
        String token = service.connect("production", "").text("/token/token");
        String bearer = "Bearer " + token;

        assertDenied(envoy.check(production()), 401, "unauthenticated");
        for (Question question : new Question[] {
            production().header("authorization", "Basic " + token),
            production().header("authorization", bearer + "," + bearer),
            production().header("authorization", bearer).header("Authorization", bearer),
            production().rawHeader("authorization", bearer).rawHeader("authorization", bearer)
        }) {
            CheckResponse answer = envoy.check(question);
            assertDenied(answer, 401, "unauthenticated");
            assertThat(deniedHeaders(answer).get("WWW-Authenticate")).startsWith("Bearer realm=\"token-vault\"");
        }
        assertThat(envoy.check(production().rawHeader("authorization", bearer))
                        .getStatus()
                        .getCode())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, '', true",
        "::ffff:192.0.2.7, '', true",
        "203.0.113.1, '', false",
        "203.0.113.1, 192.0.2.7, false",
        "198.51.100.9, 192.0.2.7, true",
        "198.51.100.9, '192.0.2.7, 203.0.113.1', false",
        "198.51.100.9, '203.0.113.1, 192.0.2.7', true",
        "198.51.100.9, '192.0.2.7, nonsense', false",
        "'', 192.0.2.7, false"
    })
    void theAddressIsTheOneThatEnvoyOrAProxyBeforeItSaw(String peer, String forwarded, boolean allowed) {
        String token = service.connect("production", "\"allowed_cidrs\":[\"192.0.2.0/24\"]")
                .text("/token/token");

        CheckResponse answer = envoy.check(production().token(token).from(peer).header("x-forwarded-for", forwarded));

        if (allowed) {
            assertThat(answer.getStatus().getCode()).isZero();
        } else {
            assertDenied(answer, 403, "source_ip_not_allowed");
        }
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeBack() {
        Question question = production()
                .token(service.connect("production", "\"rate_limit\":{\"limit\":1,\"period\":\"PT1M\"}")
                        .text("/token/token"));
        envoy.check(question);

        CheckResponse answer = envoy.check(question);

        assertDenied(answer, 429, "rate_limited");
        assertThat(Integer.parseInt(deniedHeaders(answer).get("Retry-After"))).isPositive();
    }

    @Test
    void aQuestionThatIsTooLongIsNoVerdict() {
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> envoy.check(production().header("x", "y".repeat(300_000))));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void whoIsNoGatewayMayNotAsk() throws IOException {
        try (ServiceProcess closed = ServiceProcess.in(Files.createDirectory(folder.resolve("closed")))
                        .settings("token-vault.authz.allowed-sources=192.0.2.0/24")
                        .start();
                ExtAuthz stranger = ExtAuthz.of(closed)) {
            StatusRuntimeException refused =
                    catchThrowableOfType(StatusRuntimeException.class, () -> stranger.check(production()));

            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void noTokenIsInTheLog() {
        String token = service.connect("sandbox", "").text("/token/token");

        envoy.check(production().token(token));

        assertThat(process.log()).doesNotContain(token);
    }

    private static Question production() {
        return new Question().extension("environment", "production");
    }

    private static Map<String, String> deniedHeaders(CheckResponse answer) {
        return headers(answer.getDeniedResponse().getHeadersList());
    }

    private static void assertDenied(CheckResponse answer, int status, String reason) {
        assertThat(answer.getStatus().getCode()).isNotZero();
        assertThat(answer.getDeniedResponse().getStatus().getCodeValue())
                .as(reason)
                .isEqualTo(status);
        assertThat(answer.getDeniedResponse().getBody()).contains("\"code\":\"" + reason + "\"");
        assertThat(deniedHeaders(answer))
                .containsEntry("X-Token-Vault-Reason", reason)
                .containsEntry("Content-Type", "application/problem+json")
                .containsEntry("Cache-Control", "no-store");
    }
}
