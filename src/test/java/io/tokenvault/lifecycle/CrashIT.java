package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service is killed while several callers issue, rotate and revoke; what it had answered holds when it is back. */
class CrashIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final int CALLERS = 6;
    private static final int ANSWERS_BEFORE_THE_CRASH = 100;
    private static final Duration LONGEST_TRAFFIC = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    private static OpenBao openBao;
    private static ServiceProcess service;
    private static Deployment deployment;
    private static final Queue<Story> STORIES = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger ANSWERED = new AtomicInteger();

    /** What one connection's caller knows: which tokens must work and which must not, whatever was lost in the crash. */
    private static final class Story {
        private final String tenant;
        private String connection = "";
        private final List<String> live = new ArrayList<>();
        private final List<String> dead = new ArrayList<>();

        private Story(String tenant) {
            this.tenant = tenant;
        }

        private String creation() {
            return "{\"tenant\":\"%s\",\"system\":\"netsuite\",\"environment\":\"production\"}".formatted(tenant);
        }

        private Map<String, String> idempotencyKey() {
            return Map.of("Idempotency-Key", "create-" + tenant);
        }
    }

    @BeforeAll
    static void crashInTheMiddleOfTraffic() {
        openBao = OpenBao.start(folder);
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .secretsIn(openBao)
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        boolean busy;
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                String name = "caller-" + caller;
                callers.execute(() -> callUntilNobodyAnswers(name));
            }
            busy = Waiting.until(LONGEST_TRAFFIC, () -> ANSWERED.get() >= ANSWERS_BEFORE_THE_CRASH);
            service.kill9();
        }
        assertThat(busy).as("answers before the crash: " + ANSWERED).isTrue();
        service.restart();
    }

    @AfterAll
    static void end() {
        service.close();
        openBao.close();
    }

    private static void callUntilNobodyAnswers(String caller) {
        try {
            for (int number = 0; ; number++) {
                Story story = new Story(caller + "." + number);
                STORIES.add(story);
                create(story);
                rotate(story, "PT1H");
                rotate(story, "PT0S");
                rotate(story, "PT1H");
                if (number % 2 == 0) {
                    revokeCurrent(story);
                }
            }
        } catch (UncheckedIOException crashed) {
            // Its last call is the one that was not answered.
        }
    }

    private static void create(Story story) {
        HttpAnswer answer = deployment
                .admin()
                .send("POST", "/v1/connections", story.creation(), story.idempotencyKey())
                .expect(201);
        story.connection = answer.text("/connection/connection_id");
        story.live.add(answer.text("/token/token"));
        ANSWERED.incrementAndGet();
    }

    private static void rotate(Story story, String overlap) {
        List<String> doomed = overlap.equals("PT0S") ? List.copyOf(story.live) : List.of();
        story.live.removeAll(doomed);
        HttpAnswer answer = deployment
                .admin()
                .post("/v1/connections/" + story.connection + "/rotate", "{\"overlap\":\"" + overlap + "\"}")
                .expect(200);
        story.dead.addAll(doomed);
        story.live.add(answer.text("/token/token"));
        ANSWERED.incrementAndGet();
    }

    private static void revokeCurrent(Story story) {
        String current = story.live.removeLast();
        deployment
                .admin()
                .post("/v1/tokens/" + keyId(current) + "/revoke", "{}")
                .expect(200);
        story.dead.add(current);
        ANSWERED.incrementAndGet();
    }

    @Test
    void everyTokenThatWasAnsweredWorks() {
        List<String> tokens =
                STORIES.stream().flatMap(story -> story.live.stream()).toList();

        assertThat(tokens)
                .isNotEmpty()
                .allSatisfy(token -> assertThat(verdict(token)).isIn("current", "retiring"));
    }

    @Test
    void noTokenThatAnAnswerKilledWorks() {
        List<String> tokens =
                STORIES.stream().flatMap(story -> story.dead.stream()).toList();

        assertThat(tokens)
                .isNotEmpty()
                .allSatisfy(token -> assertThat(verdict(token)).isIn("rotated", "revoked"));
    }

    @Test
    void everyConnectionHasAtMostOneCurrentAndOneRetiringToken() {
        assertThat(connections()).isNotEmpty().allSatisfy(connection -> {
            List<String> states = states(connection);
            assertThat(states.stream().filter("current"::equals).count()).isLessThanOrEqualTo(1);
            assertThat(states.stream().filter("retiring"::equals).count()).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void everyPublicationIsCaughtUpWith() {
        boolean published = Waiting.until(
                SOON,
                () -> connections().stream()
                        .noneMatch(connection ->
                                connection.at("/secret/published_at").isNull()));

        assertThat(published).isTrue();
    }

    @Test
    void theBackendHoldsTheCurrentTokenOfEveryConnection() {
        boolean equal = Waiting.until(SOON, () -> connections().stream().allMatch(CrashIT::isInTheBackend));

        assertThat(equal).isTrue();
    }

    @Test
    void aRepeatedCreationGivesTheSameConnectionAndAMissedOneExactlyOne() {
        for (Story story : STORIES) {
            HttpAnswer repeated = repeated(story);

            assertThat(repeated.text("/connection/connection_id"))
                    .isEqualTo(
                            story.connection.isEmpty() ? repeated.text("/connection/connection_id") : story.connection);
            assertThat(connectionsOf(story.tenant)).hasSize(1);
        }
    }

    /** For a while nobody can tell a call that crashed after its commit from one that still waits for its publication. */
    private static HttpAnswer repeated(Story story) {
        List<HttpAnswer> answers = new ArrayList<>();
        assertThat(Waiting.until(SOON, () -> {
                    answers.add(deployment
                            .admin()
                            .send("POST", "/v1/connections", story.creation(), story.idempotencyKey()));
                    return answers.getLast().status() != 409;
                }))
                .isTrue();
        return answers.getLast().expect(201);
    }

    @Test
    void theDocumentedCommandReadsWhatEachChangeLeft() {
        HttpAnswer created = deployment.connect("production", "");
        String path = "/v1/connections/" + created.text("/connection/connection_id");
        assertThat(field(created)).isEqualTo(created.text("/token/token"));

        HttpAnswer rotated = deployment.admin().post(path + "/rotate", "{}").expect(200);
        assertThat(field(created)).isEqualTo(rotated.text("/token/token"));

        HttpAnswer reconnected = deployment
                .admin()
                .post(path + "/reconnect", "{\"credentials\":{}}")
                .expect(200);
        assertThat(field(created)).isEqualTo(reconnected.text("/token/token"));

        deployment
                .admin()
                .post("/v1/tokens/" + reconnected.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        // What the command makes of null.
        assertThat(field(created)).contains("\"token\" not present");

        deployment.admin().delete(path).expect(200);
        assertThat(field(created)).contains("No value found");
    }

    /** What {@code bao kv get} says of the token, as docs/how-to/openbao.md has it. */
    private static String field(HttpAnswer created) {
        String name = "token-vault/production/" + created.text("/connection/connection_id") + "/token";
        ProcessBuilder command = new ProcessBuilder(
                        OpenBao.binary(), "kv", "get", "-mount=secret", "-field=token", name)
                .redirectErrorStream(true);
        command.environment().put("BAO_ADDR", openBao.url().toString());
        command.environment().put("BAO_TOKEN", OpenBao.ROOT_TOKEN);
        try {
            return new String(command.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static boolean isInTheBackend(JsonNode connection) {
        JsonNode current = connection.path("current_token_id");
        boolean disconnected = connection.path("status").asText().equals("disconnected");
        String name =
                "token-vault/production/" + connection.path("connection_id").asText() + "/token";
        return openBao.secret(name)
                .map(secret -> !disconnected
                        && (current.isNull()
                                ? secret.path("token").isNull()
                                : secret.path("token_id").equals(current)
                                        && verdict(secret.path("token").asText())
                                                .equals("current")))
                .orElse(disconnected);
    }

    private static String verdict(String token) {
        return deployment.verdict(token, "production");
    }

    /** All of them, whether or not their creation was answered. */
    private static List<JsonNode> connections() {
        return data("/v1/connections?limit=500");
    }

    private static List<JsonNode> connectionsOf(String tenant) {
        return data("/v1/connections?tenant=" + tenant);
    }

    private static List<String> states(JsonNode connection) {
        return data("/v1/connections/" + connection.path("connection_id").asText() + "/tokens").stream()
                .map(token -> token.path("state").asText())
                .toList();
    }

    private static List<JsonNode> data(String path) {
        return deployment
                .admin()
                .get(path)
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .toList();
    }

    private static String keyId(String token) {
        return token.substring("tv_prod_".length(), "tv_prod_".length() + 12);
    }
}
