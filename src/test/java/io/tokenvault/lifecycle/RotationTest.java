package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class RotationTest {
    @Inject
    DataSource database;

    private Deployment service;
    private String connection;
    private String first;
    private String firstId;

    @BeforeEach
    void aConnection() {
        service = Deployment.current();
        HttpAnswer created = service.connect("production", "");
        connection = created.text("/connection/connection_id");
        first = created.text("/token/token");
        firstId = created.text("/token/token_id");
    }

    @Test
    void bothTokensWorkUntilTheOverlapEnds() {
        HttpAnswer rotated = rotate("{\"overlap\":\"PT2S\"}").expect(200);
        String second = rotated.text("/token/token");

        assertThat(rotated.text("/previous/token_id")).isEqualTo(firstId);
        assertThat(rotated.text("/previous/state")).isEqualTo("retiring");
        assertThat(Instant.parse(rotated.text("/previous/retires_at")))
                .isEqualTo(Instant.parse(rotated.text("/connection/secret/published_at"))
                        .plusSeconds(2));
        assertThat(service.verdict(first, "production")).isEqualTo("retiring");
        assertThat(service.verdict(second, "production")).isEqualTo("current");

        Waiting.until(
                Duration.ofSeconds(10),
                () -> service.verdict(first, "production").equals("rotated"));
        assertThat(service.verdict(second, "production")).isEqualTo("current");
        assertThat(service.admin().get("/v1/tokens/" + firstId).text("/data/state"))
                .isEqualTo("expired");
    }

    @Test
    void withoutAnOverlapEveryOlderTokenDiesAtOnce() {
        String second = rotate("{\"overlap\":\"PT1H\"}").expect(200).text("/token/token");

        HttpAnswer rotated = rotate("{\"overlap\":\"PT0S\"}").expect(200);

        assertThat(rotated.text("/previous/state")).isEqualTo("revoked");
        assertThat(service.verdict(first, "production")).isEqualTo("rotated");
        assertThat(service.verdict(second, "production")).isEqualTo("rotated");
        assertThat(service.verdict(rotated.text("/token/token"), "production")).isEqualTo("current");
    }

    @Test
    void aSecondOverlapIsAConflictThatSaysWhenToComeBack() {
        rotate("{\"overlap\":\"PT1H\"}").expect(200);

        HttpAnswer refused = rotate("{\"overlap\":\"PT1H\"}").expect(409);

        assertThat(refused.text("/code")).isEqualTo("conflict");
        assertThat(Integer.parseInt(refused.header("Retry-After").orElseThrow()))
                .isBetween(3500, 3600);
    }

    @Test
    void anOverlapNeverOutlivesTheOldToken() {
        HttpAnswer created = service.connect("production", "\"expires_in\":\"PT1H\"");
        connection = created.text("/connection/connection_id");

        HttpAnswer rotated = rotate("{\"overlap\":\"P7D\"}").expect(200);

        assertThat(rotated.text("/previous/retires_at")).isEqualTo(created.text("/token/expires_at"));
    }

    @Test
    void afterARevocationThereIsNoPreviousToken() {
        service.admin().post("/v1/tokens/" + firstId + "/revoke", "{}").expect(200);
        assertThat(service.admin()
                        .get("/v1/connections/" + connection)
                        .json()
                        .at("/data/current_token_id")
                        .isNull())
                .isTrue();

        HttpAnswer rotated = rotate("{\"overlap\":\"PT1H\"}").expect(200);

        assertThat(rotated.json().path("previous").isNull()).isTrue();
        assertThat(service.verdict(first, "production")).isEqualTo("revoked");
    }

    @Test
    void withOnlyARetiringTokenAnOverlapIsAConflictAndNoneSucceeds() {
        String second = rotate("{\"overlap\":\"PT1H\"}").expect(200).text("/token/token_id");
        service.admin().post("/v1/tokens/" + second + "/revoke", "{}").expect(200);
        assertThat(service.verdict(first, "production")).isEqualTo("retiring");

        rotate("{\"overlap\":\"PT1H\"}").expect(409);
        rotate("{\"overlap\":\"PT0S\"}").expect(200);

        assertThat(service.verdict(first, "production")).isEqualTo("rotated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT1H"})
    void concurrentRotationsLeaveOneCurrentTokenAndAtMostOneRetiring(String overlap) throws Exception {
        List<HttpAnswer> answers = atOnce(12, () -> rotate("{\"overlap\":\"" + overlap + "\"}"));

        assertThat(answers)
                .extracting(HttpAnswer::status)
                .contains(200)
                .allMatch(status -> status == 200 || status == 409);
        List<String> states = new ArrayList<>();
        service.admin()
                .get("/v1/connections/" + connection + "/tokens")
                .json()
                .path("data")
                .forEach(token -> states.add(token.path("state").asText()));
        assertThat(states).filteredOn("current"::equals).hasSize(1);
        assertThat(states).filteredOn("retiring"::equals).hasSizeLessThanOrEqualTo(1);
        long working = answers.stream()
                .filter(answer -> answer.status() == 200)
                .map(answer -> service.verdict(answer.text("/token/token"), "production"))
                .filter("current"::equals)
                .count();
        assertThat(working).isEqualTo(1);
    }

    @Test
    void whoeverWaitsTooLongForAnotherChangeIsToldToComeBack() throws Exception {
        try (Connection other = database.getConnection();
                PreparedStatement lock =
                        other.prepareStatement("select 1 from connection where connection_id = ? for update")) {
            other.setAutoCommit(false);
            lock.setString(1, connection);
            lock.executeQuery();

            HttpAnswer refused = rotate("{\"overlap\":\"PT0S\"}").expect(409);

            assertThat(refused.text("/code")).isEqualTo("conflict");
            assertThat(refused.header("Retry-After")).contains("1");
            other.rollback();
        }
        assertThat(service.verdict(first, "production")).isEqualTo("current");
    }

    @Test
    void whenAnOverlapIsOverTheNextOneBegins() {
        for (int rotation = 0; rotation < 4; rotation++) {
            String old = rotate("{\"overlap\":\"PT1S\"}").expect(200).text("/previous/token_id");

            assertThat(Waiting.until(
                            Duration.ofSeconds(10),
                            () -> service.admin()
                                    .get("/v1/tokens/" + old)
                                    .text("/data/state")
                                    .equals("expired")))
                    .isTrue();
        }
    }

    @Test
    void aLifeBeyondThePolicyIsCapped() {
        HttpAnswer created = service.connect("brief", "\"expires_in\":\"P365D\"");

        Duration life = Duration.between(
                Instant.parse(created.text("/token/issued_at")), Instant.parse(created.text("/token/expires_at")));
        assertThat(life).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void aTokenThatNobodyUsesExpires() {
        HttpAnswer created = service.connect("brief", "");
        String path = "/v1/tokens/" + created.text("/token/token_id");

        assertThat(Waiting.until(
                        Duration.ofSeconds(10),
                        () -> service.admin().get(path).text("/data/state").equals("expired")))
                .isTrue();

        assertThat(service.verdict(created.text("/token/token"), "brief")).isEqualTo("expired");
    }

    private HttpAnswer rotate(String body) {
        return service.admin().post("/v1/connections/" + connection + "/rotate", body);
    }

    private static <T> List<T> atOnce(int times, Callable<T> call) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                futures.add(threads.submit(call));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
