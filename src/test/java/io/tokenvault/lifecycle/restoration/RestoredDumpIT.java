package io.tokenvault.lifecycle.restoration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A database is copied, goes on, and is then replaced by its copy: nothing is judged, issued or published on the copy,
 * also after a restart, until the audit log was replayed and the copy accepted. What was ended after the copy stays ended,
 * and the backend gets what the copy wants.
 */
class RestoredDumpIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES =
            List.of("untouched", "revoked", "rotated", "reconnected", "suspended", "disconnected", "unusable");

    @TempDir
    static Path folder;

    private static OpenBao openBao;
    private static ServiceProcess before;
    private static ServiceProcess after;

    /** The same operator of every role on either database. */
    private static HttpCaller admin;

    private static HttpCaller removedOperator;
    private static final Map<String, HttpAnswer> CONNECTIONS = new HashMap<>();

    private static JsonNode firstMark;
    private static JsonNode lastMark;
    private static final Map<String, HttpAnswer> WHILE_RESTORED = new HashMap<>();
    private static String readiness;
    private static String metrics;
    private static JsonNode secretWhileRestored;
    private static HttpAnswer afterRestart;
    private static HttpAnswer removedOperatorBeforeReplay;
    private static HttpAnswer replayed;
    private static HttpAnswer replayedAgain;
    private static HttpAnswer stillRestored;
    private static HttpAnswer accepted;
    private static HttpAnswer acceptedAgain;

    @BeforeAll
    static void goBackToAnOlderCopyAndDecide() throws Exception {
        openBao = OpenBao.start(folder);
        TestDatabase database = TestDatabase.create();
        before = describe("before", database).start();
        firstMark = openBao.secret("token-vault/system/mark").orElseThrow();
        Deployment deployment = Deployment.of(before.address(), BOOTSTRAP_KEY);
        admin = deployment.admin();
        NAMES.forEach(name -> CONNECTIONS.put(name, deployment.connect("production", "")));
        HttpAnswer operator = admin.post(
                        "/v1/operators", "{\"name\":\"leaver\",\"roles\":[\"auditor\"],\"environments\":[\"*\"]}")
                .expect(201);
        before.stop();
        TestDatabase copy = database.copy();

        before.restart();
        changeWhatTheCopyDoesNotKnow(operator.text("/operator/operator_id"));
        JsonNode export =
                admin.get("/v1/audit-events?limit=500").expect(200).json().path("data");
        before.stop();
        lastMark = openBao.secret("token-vault/system/mark").orElseThrow();

        after = describe("after", copy).start();
        admin = admin.at(after.address());
        removedOperator = HttpCaller.of(after.address()).as(operator.text("/key"));
        lookAround();
        readiness = after.management().get("/q/health/ready").expect(200).body();
        metrics = after.management().get("/q/metrics").expect(200).body();
        secretWhileRestored = secretOf("rotated");
        after.restart();
        afterRestart = validate("untouched");
        removedOperatorBeforeReplay = removedOperator.get("/v1/environments");
        replayed = decide(replayOf(export));
        replayedAgain = decide(replayOf(export));
        stillRestored = validate("untouched");
        accepted = decide("{\"decision\":\"accept\",\"reason\":\"replayed\"}");
        acceptedAgain = decide("{\"decision\":\"accept\",\"reason\":\"replayed\"}");
    }

    private static ServiceProcess.Description describe(String name, TestDatabase database) throws Exception {
        return ServiceProcess.in(Files.createDirectories(folder.resolve(name)))
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .secretsIn(openBao)
                .database(database);
    }

    private static void changeWhatTheCopyDoesNotKnow(String operator) {
        admin.post("/v1/tokens/" + tokenId("revoked") + "/revoke", "{\"reason\":\"stolen\"}")
                .expect(200);
        move("rotated", "/rotate", "{\"overlap\":\"PT0S\"}");
        move("reconnected", "/reconnect", "{\"credentials\":{\"user\":\"u\"}}");
        move("suspended", "/suspend", "{}");
        move("unusable", "/require-reauthorization", "{}");
        admin.delete("/v1/connections/" + id("disconnected")).expect(200);
        admin.delete("/v1/operators/" + operator).expect(200);
    }

    private static void lookAround() {
        WHILE_RESTORED.put("validate", validate("revoked"));
        WHILE_RESTORED.put("validate malformed", validateText("no token"));
        WHILE_RESTORED.put(
                "batch",
                admin.post(
                        "/v1/validate/batch",
                        "{\"tokens\":[{\"token\":\"%s\",\"environment\":\"production\"}]}"
                                .formatted(token("untouched"))));
        HttpCaller holder = HttpCaller.of(after.address()).as(token("untouched"));
        WHILE_RESTORED.put("authz", holder.get("/authz/production"));
        WHILE_RESTORED.put("data", holder.get("/data/v1/connection"));
        WHILE_RESTORED.put(
                "create",
                admin.post(
                        "/v1/connections",
                        "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"production\"}"));
        WHILE_RESTORED.put("rotate", admin.post("/v1/connections/" + id("untouched") + "/rotate", "{}"));
        WHILE_RESTORED.put(
                "reconnect",
                admin.post("/v1/connections/" + id("untouched") + "/reconnect", "{\"credentials\":{\"user\":\"u\"}}"));
        WHILE_RESTORED.put("read", admin.get("/v1/connections/" + id("untouched")));
        WHILE_RESTORED.put("state", admin.get("/v1/restored-database"));
        WHILE_RESTORED.put(
                "found",
                admin.get("/v1/audit-events?action=database.find_restored").expect(200));
    }

    @AfterAll
    static void end() {
        before.close();
        after.close();
        openBao.close();
    }

    @Test
    void theFirstStartLeavesAMark() {
        assertThat(firstMark.path("head").asLong()).isZero();
        assertThat(firstMark.path("generation").asLong()).isEqualTo(1);
    }

    @Test
    void aCleanStopLeavesAHigherMark() {
        assertThat(lastMark.path("head").asLong()).isPositive();
        assertThat(lastMark.path("written_at").asText()).endsWith("Z");
        assertThat(lastMark.path("event_id").asText()).startsWith("e");
        assertThat(lastMark.path("log_id")).isEqualTo(firstMark.path("log_id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"validate", "validate malformed", "batch", "authz", "data", "create", "rotate", "reconnect"})
    void nothingIsJudgedOrIssued(String call) {
        HttpAnswer answer = Objects.requireNonNull(WHILE_RESTORED.get(call));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text("/code")).isEqualTo("database_restored");
        assertThat(answer.header("Retry-After")).contains("60");
    }

    @Test
    void theGatewayReadsTheReasonInAHeader() {
        assertThat(Objects.requireNonNull(WHILE_RESTORED.get("authz")).header("X-Token-Vault-Reason"))
                .contains("database_restored");
    }

    @Test
    void readsAreAnswered() {
        Objects.requireNonNull(WHILE_RESTORED.get("read")).expect(200);
    }

    @Test
    void theStateNamesTheMark() {
        JsonNode state =
                Objects.requireNonNull(WHILE_RESTORED.get("state")).expect(200).json();

        assertThat(state.at("/data/restored").asBoolean()).isTrue();
        assertThat(state.at("/data/mark/head").asLong())
                .isEqualTo(lastMark.path("head").asLong());
        assertThat(state.at("/data/mark/written_at").asText())
                .isEqualTo(lastMark.path("written_at").asText());
    }

    @Test
    void theFindingIsRecordedOnceAndLoggedOnceAtEachStart() {
        assertThat(Objects.requireNonNull(WHILE_RESTORED.get("found")).json().path("data"))
                .hasSize(1);
        assertThat(after.log().lines().filter(line -> line.contains("restored from an old dump: change")))
                .hasSize(2)
                .allMatch(line -> line.contains("ERROR"));
    }

    @Test
    void readinessAndMetricsNameIt() {
        assertThat(readiness).contains("restored from an old dump");
        assertThat(metrics).containsPattern("(?m)^token_vault_database_restored(\\{.*})? 1\\.0$");
    }

    @Test
    void nothingIsPublishedMeanwhile() {
        assertThat(secretWhileRestored.path("token_id").asText()).isNotEqualTo(tokenId("rotated"));
    }

    @Test
    void aRestartForgetsNothing() {
        assertThat(afterRestart.status()).isEqualTo(503);
    }

    @Test
    void aReplayAppliesWhatTheCopyDoesNotKnow() {
        assertThat(replayed.status()).isEqualTo(200);
        assertThat(replayed.json().at("/replay/applied").asInt()).isEqualTo(7);
        assertThat(replayed.json().at("/replay/known").asInt()).isGreaterThan(NAMES.size());
        assertThat(replayed.json().at("/replay/lost_changes").findValuesAsText("action"))
                .containsExactly("connection.rotate", "connection.reconnect");
        assertThat(stillRestored.status()).isEqualTo(503);
    }

    @Test
    void aRepeatedReplayChangesNothing() {
        assertThat(replayedAgain.status()).isEqualTo(200);
        assertThat(replayedAgain.json().at("/replay/applied").asInt()).isZero();
        assertThat(replayedAgain.json().at("/replay/without_effect").asInt()).isZero();
    }

    @Test
    void aRemovedOperatorIsRemovedAgain() {
        assertThat(removedOperatorBeforeReplay.status()).isEqualTo(200);
        assertThat(removedOperator.get("/v1/environments").status()).isEqualTo(401);
    }

    @Test
    void aDecisionIsTakenOnce() {
        assertThat(accepted.status()).isEqualTo(200);
        assertThat(accepted.json().at("/data/restored").asBoolean()).isFalse();
        assertThat(accepted.json().at("/data/head").asLong())
                .isGreaterThan(lastMark.path("head").asLong());
        assertThat(acceptedAgain.status()).isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource({
        "untouched, current",
        "revoked, revoked",
        "rotated, rotated",
        "reconnected, rotated",
        "suspended, connection_suspended",
        "disconnected, connection_disconnected",
        "unusable, reauthorization_required"
    })
    void whatWasEndedStaysEnded(String name, String verdict) {
        HttpAnswer answer = validate(name).expect(200);

        assertThat(answer.json().path("active").asBoolean() ? answer.text("/state") : answer.text("/reason"))
                .isEqualTo(verdict);
    }

    @Test
    void theBackendGetsWhatTheCopyWants() {
        assertThat(Waiting.until(
                        SOON,
                        () -> secretOf("reconnected").path("token_id").asText().equals(tokenId("reconnected"))))
                .isTrue();
        assertThat(secretOf("reconnected").path("token").isNull()).isTrue();
        assertThat(secretOf("untouched").path("token").asText()).isEqualTo(token("untouched"));
    }

    /** The lost rotation has published under the generation that this one would have had. */
    @Test
    void publishingGoesOn() {
        HttpAnswer answer = move("rotated", "/rotate", "{}");

        assertThat(Waiting.until(
                        SOON, () -> secretOf("rotated").path("token").asText().equals(answer.text("/token/token"))))
                .isTrue();
    }

    @Test
    void theMarkGoesOn() {
        after.stop();
        JsonNode mark = openBao.secret("token-vault/system/mark").orElseThrow();
        after.restart();

        assertThat(mark.path("head").asLong())
                .isGreaterThan(lastMark.path("head").asLong());
        assertThat(mark.path("generation").asLong())
                .isGreaterThan(lastMark.path("generation").asLong());
        validate("untouched").expect(200);
    }

    private static HttpAnswer move(String name, String move, String body) {
        return admin.post("/v1/connections/" + id(name) + move, body).expect(200);
    }

    private static HttpAnswer validate(String name) {
        return validateText(token(name));
    }

    private static HttpAnswer validateText(String token) {
        return admin.post("/v1/validate", "{\"token\":\"%s\",\"environment\":\"production\"}".formatted(token));
    }

    private static HttpAnswer decide(String body) {
        return admin.post("/v1/restored-database/decision", body);
    }

    private static String replayOf(JsonNode export) {
        ObjectNode body = JSON.createObjectNode();
        body.put("decision", "replay_revocations").put("reason", "the dump is of yesterday");
        body.set("events", (ArrayNode) export);
        return body.toString();
    }

    private static JsonNode secretOf(String name) {
        return openBao.secret("token-vault/production/" + id(name) + "/token").orElseThrow();
    }

    private static String id(String name) {
        return connection(name).text("/connection/connection_id");
    }

    private static String tokenId(String name) {
        return connection(name).text("/token/token_id");
    }

    private static String token(String name) {
        return connection(name).text("/token/token");
    }

    private static HttpAnswer connection(String name) {
        return Objects.requireNonNull(CONNECTIONS.get(name));
    }
}
