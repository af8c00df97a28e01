package io.tokenvault.lifecycle.relocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.secrets.Backends;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An environment moves under traffic that takes all the pace there is. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class MoveUnderLoadTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int MANY = 20;

    private final Deployment service = Deployment.current();

    @Inject
    Backends backends;

    @Inject
    EntityManager database;

    private static String id(HttpAnswer created) {
        return created.text("/connection/connection_id");
    }

    @Test
    void changesGoOnMeanwhileAndNothingOfThemIsLost() throws Exception {
        MovingEnvironment environment = new MovingEnvironment(service, backends);
        String from = environment.backend();
        String to = environment.elsewhere();
        long deadlocksBefore = deadlocks();
        AtomicBoolean ended = new AtomicBoolean();
        List<HttpAnswer> revoked = new ArrayList<>();
        Map<String, String> rotated = new ConcurrentHashMap<>();
        List<HttpAnswer> disconnected = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> traffic = List.of(
                    callers.submit(() -> change(ended, revoked, this::revoke)),
                    callers.submit(() -> change(ended, disconnected, this::disconnect)),
                    callers.submit(() -> rotateOverAndOver(ended, rotated)));

            try {
                environment.moved("{\"backend\":\"" + to + "\",\"storage\":\"secret\"}");
            } finally {
                ended.set(true);
            }
            for (Future<?> caller : traffic) {
                caller.get();
            }
        }

        assertThat(revoked)
                .isNotEmpty()
                .allSatisfy(each -> assertThat(Waiting.until(
                                SOON, () -> environment.token(to, id(each)).equals("null")))
                        .isTrue());
        assertThat(rotated)
                .hasSize(MANY)
                .allSatisfy((connection, token) -> assertThat(Waiting.until(
                                SOON, () -> environment.token(to, connection).equals(token)))
                        .isTrue());
        assertThat(disconnected)
                .isNotEmpty()
                .allSatisfy(each -> assertThat(Waiting.until(
                                SOON, () -> environment.secret(to, id(each)).isEmpty()))
                        .isTrue());
        assertThat(Stream.concat(
                        Stream.concat(revoked.stream(), disconnected.stream()).map(MoveUnderLoadTest::id),
                        rotated.keySet().stream()))
                .allSatisfy(connection ->
                        assertThat(environment.secret(from, connection)).isEmpty());
        assertThat(deadlocks()).isEqualTo(deadlocksBefore);
    }

    private long deadlocks() {
        return ((Number) QuarkusTransaction.requiringNew()
                        .call(() -> database.createNativeQuery(
                                        "select deadlocks from pg_stat_database where datname = current_database()")
                                .getSingleResult()))
                .longValue();
    }

    /** New connections, one after the other, with a change each. */
    private void change(AtomicBoolean ended, List<HttpAnswer> answers, UnaryOperator<HttpAnswer> change) {
        while (!ended.get()) {
            answers.add(change.apply(service.connect("moving", "")));
            Waiting.pause(Duration.ofMillis(200));
        }
    }

    /** The same few connections, as fast as the service takes it; {@code tokens} are the last ones of each. */
    private void rotateOverAndOver(AtomicBoolean ended, Map<String, String> tokens) {
        for (int i = 0; i < MANY; i++) {
            HttpAnswer created = service.connect("moving", "");
            tokens.put(id(created), created.text("/token/token"));
        }
        while (!ended.get()) {
            tokens.replaceAll((connection, _) -> service.admin()
                    .post("/v1/connections/" + connection + "/rotate", "{\"overlap\":\"PT0S\"}")
                    .expect(200)
                    .text("/token/token"));
        }
    }

    private HttpAnswer revoke(HttpAnswer created) {
        service.admin()
                .post("/v1/tokens/" + created.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        return created;
    }

    private HttpAnswer disconnect(HttpAnswer created) {
        service.admin().delete("/v1/connections/" + id(created)).expect(200);
        return created;
    }
}
