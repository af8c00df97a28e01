package io.tokenvault.testing;

import static io.tokenvault.coherence.FaultPoint.CHANGE_AFTER_COMMIT;
import static io.tokenvault.coherence.FaultPoint.CHANGE_BEFORE_ANSWER;
import static io.tokenvault.coherence.FaultPoint.CHANGE_BEFORE_COMMIT;
import static io.tokenvault.coherence.FaultPoint.DISCONNECT_BEFORE_WISH;
import static io.tokenvault.coherence.FaultPoint.ISSUE_BEFORE_WISH;
import static io.tokenvault.coherence.FaultPoint.PUBLISH_AFTER_DONE;
import static io.tokenvault.coherence.FaultPoint.PUBLISH_AFTER_PUT;
import static io.tokenvault.coherence.FaultPoint.PUBLISH_BEFORE_PUT;
import static io.tokenvault.coherence.FaultPoint.REVOKE_BEFORE_WISH;
import static io.tokenvault.coherence.FaultPoint.ROTATE_AFTER_RETIRE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.coherence.FaultPoint;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The operations that change a connection, each with the fault points it passes and what must hold after it. */
public enum Operation {
    CREATE(ISSUE_BEFORE_WISH, CHANGE_AFTER_COMMIT),
    ROTATE(ROTATE_AFTER_RETIRE, ISSUE_BEFORE_WISH, CHANGE_BEFORE_ANSWER),
    ROTATE_AT_ONCE(ROTATE_AFTER_RETIRE, ISSUE_BEFORE_WISH),
    RECONNECT(ROTATE_AFTER_RETIRE, ISSUE_BEFORE_WISH),
    REVOKE(REVOKE_BEFORE_WISH),
    DISCONNECT(DISCONNECT_BEFORE_WISH);

    private static final List<FaultPoint> COMMON =
            List.of(CHANGE_BEFORE_COMMIT, PUBLISH_BEFORE_PUT, PUBLISH_AFTER_PUT, PUBLISH_AFTER_DONE);
    private static final Duration SOON = Duration.ofSeconds(40);

    private final List<FaultPoint> own;

    Operation(FaultPoint... own) {
        this.own = List.of(own);
    }

    /** Those to walk; the points after the commit are the same for all, and walked with two of them. */
    public List<FaultPoint> faultPoints() {
        List<FaultPoint> points = new ArrayList<>(own);
        points.addAll(COMMON);
        return points;
    }

    /** Prepares one of these operations, on a connection made for it. */
    public Attempt on(Deployment service) {
        return new Attempt(
                this, service, this == CREATE ? Optional.empty() : Optional.of(service.connect("production", "")));
    }

    /** One operation, sent as often as it takes under one idempotency key. */
    public static final class Attempt {
        private final Operation operation;
        private final Optional<HttpAnswer> before;
        private final Map<String, String> key =
                Map.of("Idempotency-Key", UUID.randomUUID().toString());
        private final String tenant = "fault-" + System.nanoTime();
        private final Deployment service;
        private Optional<HttpAnswer> last = Optional.empty();

        private Attempt(Operation operation, Deployment service, Optional<HttpAnswer> before) {
            this.operation = operation;
            this.service = service;
            this.before = before;
        }

        /** Sends it; no answer, or one of failure, is to be expected. */
        public void send() {
            try {
                last = Optional.of(request());
            } catch (UncheckedIOException noAnswer) {
                last = Optional.empty();
            }
        }

        /** Sends the same request until its answer is neither "still running" nor a failure of the service. */
        public HttpAnswer repeat() {
            boolean answered = Waiting.until(SOON, () -> {
                send();
                return last.filter(answer -> answer.status() < 500
                                && answer.header("Retry-After").isEmpty())
                        .isPresent();
            });
            assertThat(answered).as("the repeated request is answered").isTrue();
            return last.orElseThrow();
        }

        /** What must hold when it was answered. */
        public void check() {
            HttpAnswer answer = last.orElseThrow();
            switch (operation) {
                case CREATE -> {
                    assertThat(data("/v1/connections?tenant=" + tenant)).hasSize(1);
                    assertThat(service.verdict(answer.text("/token/token"), "production"))
                            .isEqualTo("current");
                }
                case ROTATE -> replaced(answer, "retiring");
                case ROTATE_AT_ONCE, RECONNECT -> replaced(answer, "rotated");
                case REVOKE -> old("revoked");
                case DISCONNECT -> old("connection_disconnected");
            }
            String path = "/v1/connections/" + before.orElse(answer).text("/connection/connection_id");
            assertThat(Waiting.until(
                            SOON,
                            () -> !service.admin()
                                    .get(path)
                                    .json()
                                    .at("/data/secret/published_at")
                                    .isNull()))
                    .as("published soon")
                    .isTrue();
            List<String> states = new ArrayList<>();
            data(path + "/tokens")
                    .forEach(token -> states.add(token.path("state").asText()));
            assertThat(states).filteredOn("current"::equals).hasSizeLessThanOrEqualTo(1);
            assertThat(states).filteredOn("retiring"::equals).hasSizeLessThanOrEqualTo(1);
            assertThat(states).hasSize(operation == CREATE || operation == REVOKE || operation == DISCONNECT ? 1 : 2);
        }

        /** What consumers must read then: the token that the answer shows, null, or nothing. */
        public void checkConsumers(Store store) {
            HttpAnswer answer = last.orElseThrow();
            String connection = before.orElse(answer).text("/connection/connection_id");
            String expected = switch (operation) {
                case CREATE, ROTATE, ROTATE_AT_ONCE, RECONNECT -> answer.text("/token/token");
                case REVOKE -> "null";
                case DISCONNECT -> "nothing";
            };
            assertThat(Waiting.until(
                            SOON,
                            () -> store.read("production", connection)
                                    .map(secret -> secret.path("token").asText())
                                    .orElse("nothing")
                                    .equals(expected)))
                    .as("consumers read what %s answered", operation)
                    .isTrue();
        }

        private void replaced(HttpAnswer answer, String oldVerdict) {
            assertThat(service.verdict(answer.text("/token/token"), "production"))
                    .isEqualTo("current");
            old(oldVerdict);
        }

        private void old(String verdict) {
            assertThat(service.verdict(before.orElseThrow().text("/token/token"), "production"))
                    .isEqualTo(verdict);
        }

        private JsonNode data(String path) {
            return service.admin().get(path).expect(200).json().path("data");
        }

        private HttpAnswer request() {
            HttpCaller admin = service.admin();
            String connection = before.map(answer -> "/v1/connections/" + answer.text("/connection/connection_id"))
                    .orElse("");
            return switch (operation) {
                case CREATE ->
                    admin.send(
                            "POST",
                            "/v1/connections",
                            "{\"tenant\":\"%s\",\"system\":\"custom\",\"environment\":\"production\"}"
                                    .formatted(tenant),
                            key);
                case ROTATE -> admin.send("POST", connection + "/rotate", "{\"overlap\":\"PT1H\"}", key);
                case ROTATE_AT_ONCE -> admin.send("POST", connection + "/rotate", "{\"overlap\":\"PT0S\"}", key);
                case RECONNECT -> admin.send("POST", connection + "/reconnect", "{\"credentials\":{}}", key);
                case REVOKE ->
                    admin.send(
                            "POST",
                            "/v1/tokens/" + before.orElseThrow().text("/token/token_id") + "/revoke",
                            "{}",
                            key);
                case DISCONNECT -> admin.delete(connection);
            };
        }
    }
}
