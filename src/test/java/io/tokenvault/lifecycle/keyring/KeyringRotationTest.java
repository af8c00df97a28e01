package io.tokenvault.lifecycle.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.Postgres;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class KeyringRotationTest {
    private static final String ROTATE = "/v1/environments/keyed/keyring/rotate";
    private static final String CREDENTIALS = "\"credentials\":{\"client_secret\":\"of the source\"}";

    @Inject
    AgroalDataSource database;

    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    private void rotate(String environment) {
        Jobs.succeeded(
                service.admin(), service.admin().post("/v1/environments/" + environment + "/keyring/rotate", "{}"));
    }

    @Test
    void theAnswerNamesAJobThatEnds() {
        HttpAnswer begun = service.admin().post(ROTATE, "{\"reason\":\"yearly\"}");

        HttpAnswer ended = Jobs.succeeded(service.admin(), begun);

        assertThat(begun.header("Location")).contains("/v1/jobs/" + begun.text("/data/job_id"));
        assertThat(begun.text("/data/state")).isEqualTo("queued");
        assertThat(begun.text("/data/kind")).isEqualTo("keyring_rotate");
        assertThat(begun.json().path("effective").isNull()).isTrue();
        assertThat(ended.text("/data/reason")).isEqualTo("yearly");
        assertThat(ended.json().at("/data/progress/done"))
                .isEqualTo(ended.json().at("/data/progress/total"));
    }

    @Test
    void oldTokensAndNewOnesAreGoodAtEveryMoment() throws Exception {
        String old = service.connect("keyed", "").text("/token/token");
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        AtomicBoolean ended = new AtomicBoolean();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                callers.execute(() -> {
                    while (!ended.get()) {
                        String fresh = service.connect("keyed", "").text("/token/token");
                        for (String token : List.of(old, fresh)) {
                            String verdict = service.verdict(token, "keyed");
                            if (!verdict.equals("current")) {
                                refused.add(verdict);
                            }
                        }
                    }
                });
            }

            rotate("keyed");
            ended.set(true);
        }

        assertThat(refused).isEmpty();
        assertThat(service.verdict(old, "keyed")).isEqualTo("current");
    }

    @Test
    void everythingSealedIsSealedAgainAndOpens() throws SQLException {
        Map<String, String> key = Map.of("Idempotency-Key", "sealed-again");
        String body = "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"keyed\"," + CREDENTIALS + "}";
        HttpAnswer created =
                service.admin().send("POST", "/v1/connections", body, key).expect(201);
        String connection = created.text("/connection/connection_id");
        List<String> before = sealed(connection, "sealed-again");

        rotate("keyed");

        List<String> after = sealed(connection, "sealed-again");
        assertThat(before).hasSize(3);
        assertThat(after).hasSize(3).doesNotContainAnyElementsOf(before);
        assertThat(after.stream().map(value -> value.substring(0, 10)))
                .doesNotContainAnyElementsOf(
                        before.stream().map(value -> value.substring(0, 10)).toList());
        HttpAnswer repeated =
                service.admin().send("POST", "/v1/connections", body, key).expect(201);
        assertThat(repeated.text("/token/token")).isEqualTo(created.text("/token/token"));
    }

    @Test
    void aDryRunSaysHowMuchAndBeginsNothing() throws SQLException {
        String connection = service.connect("keyed", CREDENTIALS).text("/connection/connection_id");
        List<String> before = sealed(connection, "none");

        HttpAnswer dry = service.admin().post(ROTATE, "{\"dry_run\":true}").expect(200);

        assertThat(dry.json().at("/affected/sealed").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(dry.json().at("/affected/tokens").asInt()).isZero();
        assertThat(dry.text("/data/dry_run")).isEqualTo("true");
        HttpAnswer job =
                service.admin().get("/v1/jobs/" + dry.text("/data/job_id")).expect(200);
        assertThat(job.text("/data/state")).isEqualTo("succeeded");
        assertThat(sealed(connection, "none")).isEqualTo(before);
    }

    @Test
    void anEnvironmentHasOneJobAtATime() {
        HttpAnswer first = service.admin().post(ROTATE, "{}").expect(202);

        HttpAnswer second = service.admin().post(ROTATE, "{}");

        assertThat(second.expect(409).text("/code")).isEqualTo("conflict");
        assertThat(second.header("Retry-After")).isPresent();
        Jobs.succeeded(service.admin(), first);
    }

    @Test
    void aRepeatedCallIsTheSameJob() {
        Map<String, String> key = Map.of("Idempotency-Key", "rotate-once");

        HttpAnswer first = service.admin().send("POST", ROTATE, "{}", key).expect(202);
        HttpAnswer second = service.admin().send("POST", ROTATE, "{}", key).expect(202);

        assertThat(second.text("/data/job_id")).isEqualTo(first.text("/data/job_id"));
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        Jobs.succeeded(service.admin(), first);
    }

    @Test
    void operatorKeysOutliveARotationOfTheSystemKeyring() {
        String key = service.operatorKey("auditor", "*");

        rotate("system");

        service.anyone().as(key).get("/v1/environments").expect(200);
        service.operator("auditor", "*").get("/v1/environments").expect(200);
    }

    @Test
    void aForeignEnvironmentAndItsJobsLookLikeNone() {
        HttpAnswer dry = service.admin().post(ROTATE, "{\"dry_run\":true}").expect(200);
        var bound = service.operator("admin", "sandbox");

        bound.post(ROTATE, "{\"dry_run\":true}").expect(404);
        bound.post("/v1/environments/system/keyring/rotate", "{\"dry_run\":true}")
                .expect(404);
        bound.post("/v1/environments/nowhere/keyring/rotate", "{\"dry_run\":true}")
                .expect(404);
        bound.get("/v1/jobs/" + dry.text("/data/job_id")).expect(404);
        service.admin().get("/v1/jobs/j00000000000000000000000").expect(404);
        service.admin().get("/v1/jobs/nonsense").expect(404);
    }

    @Test
    void everyStepIsOnRecord() {
        rotate("keyed");

        HttpAnswer events = service.admin()
                .get("/v1/audit-events?environment=keyed&object_id=keyed&limit=3")
                .expect(200);

        assertThat(events.json()
                        .path("data")
                        .valueStream()
                        .map(event -> event.path("action").asText()))
                .containsExactly("keyring.use_new_keys", "keyring.add_keys", "keyring.rotate");
    }

    /** The sealed values of a connection and of the answer under this key, in hexadecimal. */
    private List<String> sealed(String connection, String idempotencyKey) throws SQLException {
        List<String> sealed = new ArrayList<>();
        try (Connection sql = database.getConnection();
                PreparedStatement query = sql.prepareStatement("""
                        select encode(credentials, 'hex') from connection where connection_id = ?
                        union all select encode(sealed_value, 'hex') from publication where connection_id = ?
                        union all select encode(secret, 'hex') from idempotency where key = ?
                        """)) {
            query.setString(1, connection);
            query.setString(2, connection);
            query.setString(3, idempotencyKey);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    sealed.add(rows.getString(1));
                }
            }
        }
        return sealed;
    }
}
