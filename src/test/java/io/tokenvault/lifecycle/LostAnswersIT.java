package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.LossyProxy;
import io.tokenvault.testing.LossyProxy.Fate;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Store;
import io.tokenvault.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something between the service and its backend lets requests through and loses the answers, or holds everything.
 * {@code -Dlost=1000} says how many answers.
 */
class LostAnswersIT {
    private static final Logger LOG = Logger.getLogger(LostAnswersIT.class);
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final int LOST = Integer.getInteger("lost", 100);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int CALLERS = 4;
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private interface Trial {
        void with(Deployment deployment, Store store, LossyProxy proxy) throws Exception;
    }

    private void run(Store.Kind kind, Trial trial) throws Exception {
        try (Store store = Store.start(kind, folder);
                LossyProxy proxy = LossyProxy.to(store.address().orElseThrow())) {
            ServiceProcess.Description description = ServiceProcess.in(folder)
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .settings(store.settings().at("main", Optional.of(proxy.url())));
            store.variables().forEach(description::variable);
            try (ServiceProcess service = description.start()) {
                trial.with(Deployment.of(service.address(), BOOTSTRAP_KEY), store, proxy);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENBAO", "AWS"})
    void consumersReadTheNewestAndNeverAnOlderOne(Store.Kind kind) throws Exception {
        run(kind, (deployment, store, proxy) -> {
            Random random = new Random(SEED);
            AtomicInteger lost = new AtomicInteger();
            List<String> connections = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                connections.add(deployment.connect("production", "").text("/connection/connection_id"));
            }
            proxy.plan(_ -> {
                if (lost.get() >= LOST || random.nextInt(3) > 0) {
                    return Fate.PASS;
                }
                lost.incrementAndGet();
                return random.nextBoolean() ? Fate.LOSE_ANSWER : Fate.CUT_ANSWER;
            });
            AtomicBoolean ended = new AtomicBoolean();
            List<String> last = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> consumers = connections.stream()
                        .<Future<?>>map(connection -> threads.submit(() -> watch(store, connection, ended)))
                        .toList();
                List<Future<String>> callers = connections.stream()
                        .map(connection -> threads.submit(() -> rotateUntil(deployment, connection, lost)))
                        .toList();
                for (Future<String> caller : callers) {
                    last.add(caller.get());
                }
                for (int i = 0; i < CALLERS; i++) {
                    String connection = connections.get(i);
                    String token = last.get(i);
                    assertThat(Waiting.until(SOON, () -> text(store, connection).equals(token)))
                            .as("the newest token is read, seed %d", SEED)
                            .isTrue();
                }
                ended.set(true);
                for (Future<?> consumer : consumers) {
                    consumer.get();
                }
            }
            LOG.infof(
                    "%s: %d answers lost of %d, seed %d",
                    kind, lost.get(), proxy.requests().size(), SEED);

            for (String connection : connections) {
                deployment.admin().delete("/v1/connections/" + connection).expect(200);
                assertThat(Waiting.until(
                                SOON, () -> store.read("production", connection).isEmpty()))
                        .as("nothing is left behind")
                        .isTrue();
            }
        });
    }

    private static String rotateUntil(Deployment deployment, String connection, AtomicInteger lost) {
        String token = "";
        while (lost.get() < LOST || token.isEmpty()) {
            token = deployment
                    .admin()
                    .post("/v1/connections/" + connection + "/rotate", "{\"overlap\":\"PT0S\"}")
                    .expect(200)
                    .text("/token/token");
        }
        return token;
    }

    /** Reads again and again; fails when a generation is earlier than one that was read before. */
    private static Void watch(Store store, String connection, AtomicBoolean ended) {
        long newest = 0;
        while (!ended.get()) {
            long read = store.read("production", connection)
                    .map(secret -> secret.path("generation").asLong())
                    .orElse(0L);
            if (read < newest) {
                throw new AssertionError("read generation " + read + " after " + newest + ", seed " + SEED);
            }
            newest = read;
        }
        return null;
    }

    private static String text(Store store, String connection) {
        return store.read("production", connection)
                .map(secret -> secret.path("token"))
                .map(JsonNode::asText)
                .orElse("none");
    }

    @ParameterizedTest
    @EnumSource(names = "AWS") // BackendDownIT has OpenBao
    void aBackendThatHoldsEverythingStopsNoChangeAndNoVerdict(Store.Kind kind) throws Exception {
        run(kind, (deployment, store, proxy) -> {
            HttpAnswer before = deployment.connect("production", "");
            String path = "/v1/connections/" + before.text("/connection/connection_id");
            proxy.plan(_ -> Fate.HOLD_REQUEST);

            HttpAnswer created = deployment.connect("production", "");
            HttpAnswer rotated = deployment
                    .admin()
                    .post(path + "/rotate", "{\"overlap\":\"PT0S\"}")
                    .expect(200);
            String old = deployment.verdict(before.text("/token/token"), "production");
            String fresh = deployment.verdict(rotated.text("/token/token"), "production");
            proxy.plan(_ -> Fate.PASS);

            assertThat(created.json().at("/connection/secret/published_at").isNull())
                    .isTrue();
            assertThat(rotated.json().at("/connection/secret/published_at").isNull())
                    .isTrue();
            assertThat(old).isEqualTo("rotated");
            assertThat(fresh).isEqualTo("current");
            for (HttpAnswer answer : List.of(created, rotated)) {
                assertThat(Waiting.until(
                                SOON,
                                () -> text(store, answer.text("/connection/connection_id"))
                                        .equals(answer.text("/token/token"))))
                        .isTrue();
            }
        });
    }
}
