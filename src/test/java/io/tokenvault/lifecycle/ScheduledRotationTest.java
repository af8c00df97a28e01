package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The environment {@code rotating} has a period of four seconds and an overlap of two. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class ScheduledRotationTest {
    private static final EnvironmentName ROTATING = new EnvironmentName("rotating");
    private static final Duration SOON = Duration.ofSeconds(40);

    @Inject
    Backends backends;

    @Inject
    ScheduledRotator rotator;

    @Inject
    MeterRegistry meters;

    private Deployment service;
    private String connection;
    private String first;
    private String firstId;

    @BeforeEach
    void aConnection() {
        service = Deployment.current();
        HttpAnswer created = service.connect("rotating", "");
        connection = created.text("/connection/connection_id");
        first = created.text("/token/token");
        firstId = created.text("/token/token_id");
    }

    @AfterEach
    void nothingGoesOnRotating() {
        service.admin().delete("/v1/connections/" + connection).expect(200);
    }

    @Test
    void anOldTokenIsReplacedAndWaitsForTheUseOfTheNewOne() {
        String second = rotated();

        assertThat(metadata(firstId).path("state").asText()).isEqualTo("retiring");
        assertThat(metadata(firstId).path("retires_at").isNull()).isTrue();
        assertThat(service.verdict(first, "rotating")).isEqualTo("retiring");
        assertThat(Instant.parse(metadata(currentId()).path("issued_at").asText()))
                .isAfterOrEqualTo(
                        Instant.parse(metadata(firstId).path("issued_at").asText())
                                .plusSeconds(4));
        JsonNode event = events("connection.rotate", connection).getFirst();
        assertThat(event.at("/actor/method").asText()).isEqualTo("service");
        assertThat(event.path("reason").asText()).isEqualTo("scheduled rotation");

        assertThat(service.verdict(second, "rotating")).isEqualTo("current");

        assertThat(Waiting.until(
                        SOON, () -> !metadata(firstId).path("retires_at").isNull()))
                .isTrue();
        assertThat(events("token.retire", firstId)).hasSize(1);
        assertThat(Waiting.until(SOON, () -> service.verdict(first, "rotating").equals("rotated")))
                .isTrue();
    }

    @Test
    void theOverlapCountsFromTheFirstUse() {
        String second = rotated();
        String secondId = currentId();

        service.verdict(second, "rotating");

        assertThat(Waiting.until(
                        SOON, () -> !metadata(firstId).path("retires_at").isNull()))
                .isTrue();
        Instant used = Instant.parse(metadata(secondId).path("first_used_at").asText());
        assertThat(Instant.parse(metadata(firstId).path("retires_at").asText())).isAfterOrEqualTo(used.plusSeconds(2));
    }

    @Test
    void whenNobodyUsesTheNewTokenNothingIsRetiredAndItIsReportedOnce() {
        rotated();
        String secondId = currentId();

        assertThat(Waiting.until(
                        SOON, () -> !events("token.rotation_unused", secondId).isEmpty()))
                .isTrue();

        assertThat(service.verdict(first, "rotating")).isEqualTo("retiring");
        assertThat(currentId()).isEqualTo(secondId);
        assertThat(Waiting.until(SOON, () -> unusedGauge() >= 1)).isTrue();
        assertThat(rotator.reportUnused(ROTATING, Duration.ZERO)).isNotNegative();
        assertThat(rotator.reportUnused(ROTATING, Duration.ZERO)).isZero();
        assertThat(events("token.rotation_unused", secondId)).hasSize(1);
    }

    @Test
    void aRevocationOfTheUnusedTokenStartsTheOverlap() {
        rotated();

        service.admin().post("/v1/tokens/" + currentId() + "/revoke", "{}").expect(200);

        assertThat(Waiting.until(
                        SOON, () -> !metadata(firstId).path("retires_at").isNull()))
                .isTrue();
    }

    @Test
    void ofManyAtOnceOneRotates() throws Exception {
        ConnectionId id = new ConnectionId(connection);
        List<Boolean> results = new ArrayList<>();
        assertThat(Waiting.until(
                        SOON,
                        () -> !service.admin()
                                .get("/v1/connections/" + connection)
                                .json()
                                .at("/data/secret/published_at")
                                .isNull()))
                .isTrue();
        try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Boolean> rotation = () -> rotator.rotate(id, Duration.ZERO);
            List<Future<Boolean>> futures =
                    Stream.generate(() -> replicas.submit(rotation)).limit(8).toList();
            for (Future<Boolean> future : futures) {
                results.add(future.get());
            }
        }

        assertThat(results).containsOnlyOnce(true);
        assertThat(tokens()).hasSize(2);
    }

    @Test
    void aSuspendedConnectionIsNotRotated() {
        service.admin().post("/v1/connections/" + connection + "/suspend", "{}").expect(200);
        HttpAnswer other = service.connect("rotating", "");
        String neighbour = other.text("/connection/connection_id");
        String neighboursFirst = other.text("/token/token_id");

        assertThat(Waiting.until(SOON, () -> !currentId(neighbour).equals(neighboursFirst)))
                .isTrue();

        assertThat(tokens()).hasSize(1);
        service.admin().delete("/v1/connections/" + neighbour).expect(200);
    }

    /** The new token, as consumers read it. */
    private String rotated() {
        assertThat(Waiting.until(SOON, () -> !currentId().equals(firstId))).isTrue();
        String id = currentId();
        SecretName name = new SecretName.ConnectionToken(ROTATING, new ConnectionId(connection));
        assertThat(Waiting.until(
                        SOON, () -> secret(name).path("token_id").asText().equals(id)))
                .isTrue();
        return secret(name).path("token").asText();
    }

    private double unusedGauge() {
        return meters.get("token_vault.rotation.unused")
                .tag("environment", "rotating")
                .gauge()
                .value();
    }

    private JsonNode secret(SecretName name) {
        return backends.of(ROTATING).get(name).orElseThrow().value().reveal();
    }

    private String currentId() {
        return currentId(connection);
    }

    private String currentId(String of) {
        return service.admin().get("/v1/connections/" + of).expect(200).text("/data/current_token_id");
    }

    private JsonNode metadata(String tokenId) {
        return service.admin().get("/v1/tokens/" + tokenId).expect(200).json().path("data");
    }

    private List<JsonNode> tokens() {
        return service.admin()
                .get("/v1/connections/" + connection + "/tokens")
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .toList();
    }

    private List<JsonNode> events(String action, String object) {
        return service.admin()
                .get("/v1/audit-events?action=" + action + "&object_id=" + object)
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .toList();
    }
}
