package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.CapturedLog;
import io.tokenvault.testing.ScriptedServer;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way a server can fail, in the words of the interface. */
class VaultFailuresTest {
    private static final SecretName NAME = new SecretName.ConnectionToken(
            new EnvironmentName("production"), new ConnectionId("c00000000000000000000000"));
    private static final String PATH = "/v1/secret/data/token-vault/production/c00000000000000000000000/token";
    private static final SecretValue VALUE = SecretValue.of(JsonNodeFactory.instance
            .objectNode()
            .put("token", "tv_not-for-logs")
            .put("generation", 2));
    private static final String ABSENT = "{\"errors\":[]}";
    private static final String SEALED = "{\"errors\":[\"Vault is sealed\"]}";
    private static final String MISMATCH =
            "{\"errors\":[\"check-and-set parameter did not match the current version\"]}";
    private static final String WRITTEN = "{\"data\":{\"version\":1,\"created_time\":\"2030-01-01T00:00:00Z\"}}";
    private static final String LABEL =
            "{\"application\":\"token-vault\",\"environment\":\"production\",\"connection\":\"c00000000000000000000000\"}";
    private static final String HTML = "<html>not-for-logs</html>";
    private static final String LOGIN = "{\"auth\":{\"client_token\":\"%s\",\"lease_duration\":1200}}";

    private final ScriptedServer server = new ScriptedServer(exchange ->
            exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " "
                    + exchange.getRequestHeaders().getFirst("X-Vault-Token"));

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private static String stored(int version, long generation) {
        return "{\"data\":{\"data\":{\"token\":\"x\",\"generation\":" + generation + "},\"metadata\":{\"version\":"
                + version + ",\"deletion_time\":\"\",\"destroyed\":false,\"custom_metadata\":" + LABEL + "}}}";
    }

    /** No secret and no label; our label is taken. */
    private ScriptedServer nothingIsThere() {
        return server.then(404, ABSENT).then(404, ABSENT).then(204, "");
    }

    private SecretsBackend connected(Map<String, String> auth) {
        Map<String, String> settings = new HashMap<>(auth);
        settings.put("type", "vault");
        settings.put("url", server.url().toString());
        return VaultSecretsBackend.connect(
                "main", Settings.backend(settings), Settings.unsafe("plain-http", "static-backend-token"));
    }

    private SecretsBackend backend() {
        return connected(Map.of("auth.token", "fixed-token"));
    }

    private SecretsBackend withAppRole() {
        try {
            Path secretId = Files.writeString(folder.resolve("secret-id"), "the-secret-id");
            return connected(Map.of(
                    "auth.method", "approle",
                    "auth.role-id", "the-role",
                    "auth.secret-id-file", secretId.toString()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 412, 429, 472, 473, 474, 503, 530})
    void aServerThatCannotServeIsUnavailable(int status) {
        server.then(status, SEALED);
        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);

        nothingIsThere().then(status, SEALED);
        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);

        server.then(status, SEALED);
        assertThatThrownBy(() -> backend().delete(NAME)).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 504})
    void aWriteThatMayHaveHappenedIsOfUnknownOutcome(int status) {
        nothingIsThere().then(status, HTML);
        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2))
                .isInstanceOf(OutcomeUnknown.class)
                .hasMessageContaining("status " + status)
                .hasMessageNotContaining("not-for-logs");

        server.then(200, stored(1, 1)).then(status, HTML);
        assertThatThrownBy(() -> backend().delete(NAME)).isInstanceOf(OutcomeUnknown.class);

        server.then(status, HTML);
        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void whenToComeBackIsPassedOn() {
        server.then(429, "{\"errors\":[\"request path rate limit quota exceeded\"]}", Map.of("Retry-After", "7"));

        assertThatThrownBy(() -> backend().get(NAME))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @Test
    void aWriteWithoutAnAnswerIsOfUnknownOutcome() {
        nothingIsThere().thenHang();

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aReadWithoutAnAnswerIsUnavailable() {
        server.thenHang();

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anAnswerThatNeverEndsIsNoAnswer() {
        server.thenHangInTheBody();

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aCutWriteIsOfUnknownOutcome() {
        nothingIsThere().thenCut();

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void anInterruptedCallerIsStillInterrupted() {
        server.thenHang();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anAnswerThatIsNoVaultsIsRejected() {
        server.then(200, "{}").then(200, HTML).then(404, HTML).then(404, "{\"errors\":[\"no handler for route\"]}");

        for (int answer = 0; answer < 4; answer++) {
            assertThatThrownBy(() -> backend().get(NAME))
                    .isInstanceOf(Rejected.class)
                    .hasMessageNotContaining("not-for-logs")
                    .hasNoCause();
        }
    }

    @Test
    void aSoftDeletedSecretIsWrittenOnTopOfItsVersion() {
        server.then(
                        404,
                        "{\"data\":{\"data\":null,\"metadata\":{\"version\":3,\"deletion_time\":\"2030-01-01T00:00:00Z\",\"custom_metadata\":"
                                + LABEL + "}}}")
                .then(200, WRITTEN);

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void aVersionMismatchIsDecidedByReading() {
        nothingIsThere().then(400, MISMATCH).then(200, stored(1, 5));

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.SUPERSEDED);
    }

    @Test
    void aVersionMismatchOnOurOwnLostWriteIsSuccess() {
        nothingIsThere().then(400, MISMATCH).then(200, stored(1, 2));

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void versionMismatchesWithoutEndAreUnavailable() {
        nothingIsThere();
        for (int attempt = 0; attempt < 20; attempt++) {
            server.then(400, MISMATCH).then(404, ABSENT);
        }

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
        assertThat(server.requests()).hasSize(22);
    }

    @Test
    void anyOther400IsRejected() {
        nothingIsThere().then(400, "{\"errors\":[\"missing client token\"]}");

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Rejected.class);
    }

    @Test
    void aRefusedTokenIsReplacedOnce() {
        server.then(200, LOGIN.formatted("first"))
                .then(403, "{\"errors\":[\"permission denied\"]}")
                .then(200, LOGIN.formatted("second"))
                .then(200, stored(1, 2));

        assertThat(withAppRole().get(NAME)).isPresent();
        assertThat(server.requests())
                .containsExactly(
                        "POST /v1/auth/approle/login null",
                        "GET " + PATH + " first",
                        "POST /v1/auth/approle/login null",
                        "GET " + PATH + " second");
    }

    @Test
    void aSecondRefusalIsDenied() {
        server.then(200, LOGIN.formatted("first"))
                .then(403, "{\"errors\":[\"permission denied\"]}")
                .then(200, LOGIN.formatted("second"))
                .then(403, "{\"errors\":[\"permission denied\"]}");

        assertThatThrownBy(() -> withAppRole().get(NAME)).isInstanceOf(Denied.class);
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void aLoginWithAWrongSecretIdIsDenied() {
        server.then(400, "{\"errors\":[\"invalid role or secret ID\"]}");

        assertThatThrownBy(() -> withAppRole().get(NAME))
                .isInstanceOf(Denied.class)
                .hasMessageContaining("login")
                .hasMessageNotContaining("the-secret-id");
    }

    @Test
    void aLoginThatHangsIsUnavailable() {
        server.thenHang();

        assertThatThrownBy(() -> withAppRole().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @Test
    void manyCallersLogInOnce() throws Exception {
        server.then(exchange -> {
            Waiting.pause(Duration.ofMillis(500));
            ScriptedServer.answering(200, LOGIN.formatted("shared"), Map.of()).give(exchange);
        });
        for (int reader = 0; reader < 20; reader++) {
            server.then(404, ABSENT);
        }
        SecretsBackend backend = withAppRole();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            for (int reader = 0; reader < 20; reader++) {
                readers.add(threads.submit(() -> backend.get(NAME)));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        }

        assertThat(server.requests())
                .filteredOn(request -> request.contains("login"))
                .hasSize(1);
    }

    @Test
    void aTokenIsReplacedBeforeItEnds() {
        server.then(200, "{\"auth\":{\"client_token\":\"short\",\"lease_duration\":1}}")
                .then(exchange -> {
                    Waiting.pause(Duration.ofMillis(500));
                    Waiting.pause(Duration.ofMillis(500));
                    ScriptedServer.answering(404, ABSENT, Map.of()).give(exchange);
                })
                .then(200, LOGIN.formatted("next"))
                .then(404, ABSENT);
        SecretsBackend backend = withAppRole();
        backend.get(NAME);

        backend.get(NAME);

        assertThat(server.requests()).last().isEqualTo("GET " + PATH + " next");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"auth\":null}",
                "{\"auth\":{}}",
                "{\"auth\":{\"client_token\":\"\"}}",
                "{\"auth\":{\"client_token\":\"not-for-logs\\n\"}}"
            })
    void aLoginWithoutATokenIsRejected(String answer) {
        server.then(200, answer);

        assertThatThrownBy(() -> withAppRole().get(NAME))
                .isInstanceOf(Rejected.class)
                .hasMessageNotContaining("not-for-logs");
    }

    @ParameterizedTest
    @ValueSource(ints = {501, 503, 472})
    void aServerThatIsNotReadyFailsTheCheck(int status) {
        server.then(status, "{}");

        assertThatThrownBy(() -> backend().check()).isInstanceOf(SecretsBackendException.class);
    }

    @Test
    void noLogLevelShowsASecret() {
        List<String> lines;
        try (CapturedLog log = CapturedLog.of("io.quarkus.vault")) {
            server.then(200, LOGIN.formatted("login-not-for-logs"))
                    .then(403, "{\"errors\":[\"permission denied\"]}")
                    .then(200, LOGIN.formatted("login-not-for-logs"))
                    .then(404, ABSENT)
                    .then(404, ABSENT)
                    .then(204, "")
                    .then(502, HTML);
            assertThatThrownBy(() -> withAppRole().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
            lines = log.lines();
        }

        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("not-for-logs") || line.contains("secret-id"));
    }
}
