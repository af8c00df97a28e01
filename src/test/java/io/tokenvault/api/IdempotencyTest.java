package io.tokenvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class IdempotencyTest {
    private static final String CREATE = "{\"tenant\":\"acme\",\"system\":\"custom\",\"environment\":\"production\"}";

    private Deployment service;
    private Map<String, String> key;

    @BeforeEach
    void aDeploymentAndAKey() {
        service = Deployment.current();
        key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    }

    @Test
    void theFirstAnswerComesAgainWithItsToken() {
        HttpAnswer first = create(CREATE).expect(201);

        HttpAnswer again = create(CREATE).expect(201);

        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(again.header("Idempotency-Replayed")).contains("true");
    }

    @Test
    void aDeadTokenIsNotShownAgain() {
        HttpAnswer first = create(CREATE).expect(201);
        service.admin()
                .post("/v1/tokens/" + first.text("/token/token_id") + "/revoke", "")
                .expect(200);

        HttpAnswer again = create(CREATE).expect(201);

        assertThat(again.json().at("/token/token").isNull()).isTrue();
        assertThat(again.text("/token/token_id")).isEqualTo(first.text("/token/token_id"));
    }

    @Test
    void aTokenOfADisconnectedConnectionIsNotShownAgain() {
        HttpAnswer first = create(CREATE).expect(201);
        service.admin()
                .delete("/v1/connections/" + first.text("/connection/connection_id"))
                .expect(200);

        HttpAnswer again = create(CREATE).expect(201);

        assertThat(again.json().at("/token/token").isNull()).isTrue();
    }

    @Test
    void anotherBodyIsRefused() {
        create(CREATE).expect(201);

        HttpAnswer refused = create(CREATE.replace("acme", "other")).expect(422);

        assertThat(refused.text("/code")).isEqualTo("idempotency_key_reused");
    }

    @Test
    void anotherPathOrCallerHasKeysOfItsOwn() {
        HttpAnswer first = create(CREATE).expect(201);
        String id = first.text("/connection/connection_id");

        HttpAnswer other = service.operator("issuer", "production")
                .send("POST", "/v1/connections", CREATE, key)
                .expect(201);
        service.admin()
                .send("POST", "/v1/connections/" + id + "/suspend", "{}", key)
                .expect(200);

        assertThat(other.text("/connection/connection_id")).isNotEqualTo(id);
    }

    @Test
    void aRefusalIsNotStored() {
        HttpAnswer created = service.connect("production", "");
        String path = "/v1/connections/" + created.text("/connection/connection_id");
        service.admin().post(path + "/suspend", "").expect(200);
        service.admin().send("POST", path + "/rotate", "{}", key).expect(409);
        service.admin().post(path + "/resume", "").expect(200);

        service.admin().send("POST", path + "/rotate", "{}", key).expect(200);
    }

    @Test
    void anOperatorsKeyIsShownAgainWhileItLives() {
        String body = "{\"name\":\"again\",\"roles\":[\"auditor\"],\"environments\":[\"production\"]}";
        HttpAnswer first =
                service.admin().send("POST", "/v1/operators", body, key).expect(201);
        assertThat(service.admin().send("POST", "/v1/operators", body, key).body())
                .isEqualTo(first.body());

        service.admin()
                .delete("/v1/operators/" + first.text("/operator/operator_id"))
                .expect(200);

        HttpAnswer again =
                service.admin().send("POST", "/v1/operators", body, key).expect(201);
        assertThat(again.json().path("key").isNull()).isTrue();
    }

    @Test
    void atOnceItStillHappensOnce() throws Exception {
        String tenant = "once-" + System.nanoTime();
        List<HttpAnswer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpAnswer>> running = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                running.add(threads.submit(() -> create(CREATE.replace("acme", tenant))));
            }
            for (Future<HttpAnswer> answer : running) {
                answers.add(answer.get());
            }
        }

        assertThat(answers).extracting(HttpAnswer::status).isSubsetOf(201, 409).contains(201);
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 409)
                .allSatisfy(answer -> assertThat(answer.header("Retry-After")).isPresent());
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 201)
                .extracting(HttpAnswer::body)
                .as("one answer, however often")
                .containsOnly(create(CREATE.replace("acme", tenant)).body());
        assertThat(service.admin()
                        .get("/v1/connections?tenant=" + tenant)
                        .json()
                        .path("data"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with space"})
    void isNoKey(String text) {
        service.admin()
                .send("POST", "/v1/connections", CREATE, Map.of("Idempotency-Key", text))
                .expect(400);
    }

    private HttpAnswer create(String body) {
        return service.admin().send("POST", "/v1/connections", body, key);
    }
}
