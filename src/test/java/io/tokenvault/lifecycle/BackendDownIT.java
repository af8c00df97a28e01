package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The secrets backend hangs, later it is sealed: every change is carried out and answered all the same, validation does
 * not notice, and the backend has it all once it is back.
 */
class BackendDownIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int CALLERS = 20;

    @TempDir
    static Path folder;

    private static OpenBao openBao;
    private static ServiceProcess service;
    private static Deployment deployment;

    /** By what is done to each of them while the backend hangs. */
    private static final Map<String, HttpAnswer> CONNECTIONS = new HashMap<>();

    private static final Map<String, HttpAnswer> ANSWERS = new HashMap<>();
    private static List<HttpAnswer> manyAtOnce;
    private static int readiness;
    private static String verdictOnUntouched;
    private static HttpAnswer retiringMeanwhile;

    @BeforeAll
    static void changeEverythingWhileTheBackendHangs() throws Exception {
        openBao = OpenBao.start(folder);
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .secretsIn(openBao)
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        List.of("rotate", "rotate at once", "revoke", "reconnect", "suspend", "disconnect", "nothing")
                .forEach(what -> CONNECTIONS.put(what, deployment.connect("production", "")));
        openBao.hang();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpAnswer>> many = IntStream.range(0, CALLERS)
                    .mapToObj(_ -> callers.submit(() -> deployment.connect("production", "")))
                    .toList();
            Map<String, Future<HttpAnswer>> changes = new HashMap<>();
            changes().forEach((what, change) -> changes.put(what, callers.submit(change)));
            verdictOnUntouched = verdict("nothing");
            readiness = service.management().get("/q/health/ready").status();
            manyAtOnce = many.stream().map(BackendDownIT::get).toList();
            changes.forEach((what, change) -> ANSWERS.put(what, get(change)));
        }
        retiringMeanwhile = deployment.admin().get("/v1/tokens/" + tokenId("rotate"));
        openBao.goOn();
    }

    private static Map<String, Callable<HttpAnswer>> changes() {
        return Map.of(
                "create", () -> deployment.connect("production", ""),
                "rotate", () -> move("rotate", "/rotate", "{\"overlap\":\"PT1H\"}"),
                "rotate at once", () -> move("rotate at once", "/rotate", "{\"overlap\":\"PT0S\"}"),
                "revoke", () -> deployment.admin().post("/v1/tokens/" + tokenId("revoke") + "/revoke", "{}"),
                "reconnect", () -> move("reconnect", "/reconnect", "{\"credentials\":{\"user\":\"u\"}}"),
                "suspend", () -> move("suspend", "/suspend", "{}"),
                "disconnect", () -> deployment.admin().delete("/v1/connections/" + id("disconnect")));
    }

    @AfterAll
    static void end() {
        service.close();
        openBao.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "rotate", "rotate at once", "revoke", "reconnect", "suspend", "disconnect"})
    void aChangeIsAnswered(String what) {
        assertThat(answer(what).status()).isBetween(200, 201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "rotate", "rotate at once", "reconnect"})
    void theAnswerSaysThatThePublicationIsStillToCome(String what) {
        assertThat(answer(what).json().at("/connection/secret/published_at").isNull())
                .isTrue();
    }

    @Test
    void everyoneOfManyAtOnceIsAnswered() {
        assertThat(manyAtOnce).hasSize(CALLERS).allMatch(answer -> answer.status() == 201);
    }

    @Test
    void validationAndReadinessDoNotNotice() {
        assertThat(verdictOnUntouched).isEqualTo("current");
        assertThat(readiness).isEqualTo(200);
    }

    @Test
    void whatAChangeKillsIsDeadAtOnce() {
        assertThat(verdict("rotate at once")).isEqualTo("rotated");
        assertThat(verdict("revoke")).isEqualTo("revoked");
        assertThat(verdict("reconnect")).isEqualTo("rotated");
        assertThat(verdict("suspend")).isEqualTo("connection_suspended");
        assertThat(verdict("disconnect")).isEqualTo("connection_disconnected");
    }

    @Test
    void theOverlapOfTheOldTokenDoesNotStartBeforeTheNewOneIsPublished() {
        assertThat(retiringMeanwhile.text("/data/state")).isEqualTo("retiring");
        assertThat(retiringMeanwhile.json().at("/data/retires_at").isNull()).isTrue();
    }

    @Test
    void theOverlapStartsWithThePublication() {
        String oldToken = "/v1/tokens/" + tokenId("rotate");

        boolean started = Waiting.until(
                SOON,
                () -> !deployment
                        .admin()
                        .get(oldToken)
                        .json()
                        .at("/data/retires_at")
                        .isNull());

        assertThat(started).isTrue();
        assertThat(verdict("rotate")).isEqualTo("retiring");
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "rotate", "rotate at once", "reconnect"})
    void theBackendGetsTheNewToken(String what) {
        String connection = answer(what).text("/connection/connection_id");
        String token = answer(what).text("/token/token");

        boolean published = Waiting.until(
                SOON,
                () -> secretOf(connection)
                        .filter(secret -> secret.path("token").asText().equals(token))
                        .isPresent());

        assertThat(published).isTrue();
    }

    @Test
    void theBackendGetsEveryoneOfMany() {
        boolean published = Waiting.until(
                SOON,
                () -> manyAtOnce.stream()
                        .allMatch(answer -> secretOf(answer.text("/connection/connection_id"))
                                .filter(secret -> secret.path("token").asText().equals(answer.text("/token/token")))
                                .isPresent()));

        assertThat(published).isTrue();
    }

    @Test
    void aRevokedTokenLeavesTheBackend() {
        boolean published = Waiting.until(
                SOON,
                () -> secretOf(id("revoke"))
                        .filter(secret -> secret.path("token").isNull()
                                && secret.path("token_id").asText().equals(tokenId("revoke")))
                        .isPresent());

        assertThat(published).isTrue();
    }

    @Test
    void aDisconnectedConnectionLeavesNothing() {
        boolean gone = Waiting.until(SOON, () -> secretOf(id("disconnect")).isEmpty());

        assertThat(gone).isTrue();
    }

    @Test
    void aSealedBackendIsCaughtUpWithAsWell() {
        openBao.seal();
        HttpAnswer connection = deployment.connect("production", "");
        String verdict = deployment.verdict(connection.text("/token/token"), "production");

        openBao.unseal();

        assertThat(connection.json().at("/connection/secret/published_at").isNull())
                .isTrue();
        assertThat(verdict).isEqualTo("current");
        assertThat(Waiting.until(
                        SOON,
                        () -> secretOf(connection.text("/connection/connection_id"))
                                .isPresent()))
                .isTrue();
    }

    private static HttpAnswer move(String what, String move, String body) {
        return deployment.admin().post("/v1/connections/" + id(what) + move, body);
    }

    private static String id(String what) {
        return before(what).text("/connection/connection_id");
    }

    private static String tokenId(String what) {
        return before(what).text("/token/token_id");
    }

    /** On the token that the connection had before. */
    private static String verdict(String what) {
        return deployment.verdict(before(what).text("/token/token"), "production");
    }

    private static Optional<JsonNode> secretOf(String connection) {
        return openBao.secret("token-vault/production/" + connection + "/token");
    }

    private static HttpAnswer answer(String what) {
        return Objects.requireNonNull(ANSWERS.get(what));
    }

    private static HttpAnswer before(String what) {
        return Objects.requireNonNull(CONNECTIONS.get(what));
    }

    private static HttpAnswer get(Future<HttpAnswer> answer) {
        try {
            return answer.get();
        } catch (Exception failed) {
            throw new AssertionError("a call was not answered", failed);
        }
    }
}
