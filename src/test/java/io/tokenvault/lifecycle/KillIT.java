package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Store;
import io.tokenvault.testing.Waiting;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The service is killed at random moments while callers issue, rotate, revoke and disconnect, about fifty times a second
 * and with each kind of backend. {@code -Dkills=200} says how often, {@code -Dseed=…} when.
 */
class KillIT {
    private static final Logger LOG = Logger.getLogger(KillIT.class);
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final int KILLS = Integer.getInteger("kills", 3);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int CALLERS = 12;
    private static final Duration BETWEEN_CALLS = Duration.ofMillis(80);
    private static final Duration LONGEST_ROUND = Duration.ofSeconds(30);
    private static final Duration PUBLISHED = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final Queue<Story> stories = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();

    /** What a caller knows of one connection; a change whose answer was lost leaves what it concerned out. */
    private static final class Story {
        private String connection = "";
        private String current = "";
        private final List<String> live = new ArrayList<>();
        private final List<String> dead = new ArrayList<>();
        private boolean disconnected;
        private boolean uncertain = true;
    }

    /** All of them, or the one that {@code -Dkind=openbao} names. */
    static List<Store.Kind> kinds() {
        String one = System.getProperty("kind", "");
        return one.isEmpty() ? List.of(Store.Kind.values()) : List.of(Store.Kind.valueOf(one.toUpperCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatWasAnsweredHoldsHoweverOftenTheServiceIsKilled(Store.Kind kind) {
        Random random = new Random(SEED);
        try (Store store = Store.start(kind, folder)) {
            ServiceProcess.Description description = ServiceProcess.in(folder)
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .settings(store.as("main"));
            store.variables().forEach(description::variable);
            try (ServiceProcess service = description.start()) {
                Deployment deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
                Duration slowest = Duration.ZERO;
                for (int kill = 0; kill < KILLS; kill++) {
                    List<Story> round = killed(service, deployment, random);
                    long before = System.nanoTime();
                    service.restart();
                    Duration ready = Duration.ofNanos(System.nanoTime() - before);
                    slowest = ready.compareTo(slowest) > 0 ? ready : slowest;
                    assertThat(round).as("seed " + SEED).allSatisfy(story -> verdictsHold(deployment, story));
                }
                long back = System.nanoTime();
                assertPublished(deployment, store, service);
                Duration published = Duration.ofNanos(System.nanoTime() - back);
                LOG.infof(
                        "%s: %d kills, %d answered changes, %d connections, ready again after %d ms at most,"
                                + " all published and read back %d ms after the last, seed %d",
                        kind, KILLS, answered.get(), stories.size(), slowest.toMillis(), published.toMillis(), SEED);
            }
        }
    }

    /** Traffic until the service is killed at a random moment; gives what the callers know. */
    private List<Story> killed(ServiceProcess service, Deployment deployment, Random random) {
        List<Story> round = new ArrayList<>();
        Queue<Story> begun = new ConcurrentLinkedQueue<>();
        boolean busy;
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.execute(() -> callUntilNobodyAnswers(deployment, begun));
            }
            int enough = answered.get() + 10 + random.nextInt(40);
            busy = Waiting.until(LONGEST_ROUND, () -> answered.get() >= enough);
            Waiting.pause(Duration.ofMillis(random.nextInt(100)));
            service.kill9();
        }
        assertThat(busy).as("answers before the kill, seed %d", SEED).isTrue();
        round.addAll(begun);
        stories.addAll(begun);
        return round;
    }

    private void callUntilNobodyAnswers(Deployment deployment, Queue<Story> begun) {
        try {
            for (int number = 0; ; number++) {
                Story story = new Story();
                begun.add(story);
                HttpAnswer created = deployment.connect("production", "");
                story.connection = created.text("/connection/connection_id");
                took(story, created.text("/token/token"));
                rotate(deployment, story, "PT1H");
                rotate(deployment, story, "PT0S");
                if (number % 2 == 0) {
                    revoke(deployment, story);
                }
                if (number % 4 == 0) {
                    disconnect(deployment, story);
                }
            }
        } catch (UncheckedIOException killed) {
            // Its last call was not answered.
        }
    }

    private void took(Story story, String token) {
        story.live.add(token);
        story.current = token;
        done(story);
    }

    private void done(Story story) {
        story.uncertain = false;
        answered.incrementAndGet();
        Waiting.pause(BETWEEN_CALLS);
    }

    private void rotate(Deployment deployment, Story story, String overlap) {
        List<String> doomed = overlap.equals("PT0S") ? List.copyOf(story.live) : List.of();
        story.uncertain = true;
        story.live.removeAll(doomed);
        HttpAnswer answer = deployment
                .admin()
                .post("/v1/connections/" + story.connection + "/rotate", "{\"overlap\":\"" + overlap + "\"}")
                .expect(200);
        story.dead.addAll(doomed);
        took(story, answer.text("/token/token"));
    }

    private void revoke(Deployment deployment, Story story) {
        story.uncertain = true;
        story.live.remove(story.current);
        String id = story.current.substring("tv_prod_".length(), "tv_prod_".length() + 12);
        deployment.admin().post("/v1/tokens/" + id + "/revoke", "{}").expect(200);
        story.dead.add(story.current);
        story.current = "";
        done(story);
    }

    private void disconnect(Deployment deployment, Story story) {
        story.uncertain = true;
        story.dead.addAll(story.live);
        story.live.clear();
        deployment.admin().delete("/v1/connections/" + story.connection).expect(200);
        story.disconnected = true;
        done(story);
    }

    private static void verdictsHold(Deployment deployment, Story story) {
        assertThat(story.live)
                .allSatisfy(token ->
                        assertThat(deployment.verdict(token, "production")).isIn("current", "retiring"));
        if (!story.uncertain) {
            assertThat(story.dead)
                    .allSatisfy(token -> assertThat(deployment.verdict(token, "production"))
                            .isIn("rotated", "revoked", "connection_disconnected"));
        }
    }

    /** Everything is published in time, and consumers read what the callers know. */
    private void assertPublished(Deployment deployment, Store store, ServiceProcess service) {
        long deadline = System.nanoTime() + PUBLISHED.toNanos();
        for (Story story : stories) {
            if (story.connection.isEmpty() || story.uncertain) {
                continue;
            }
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            assertThat(Waiting.until(left, () -> isRight(store, story)))
                    .as(
                            "%s of %s within a minute, seed %d; the service says %s, there is generation %s; warnings:%n%s",
                            story.connection,
                            store.kind(),
                            SEED,
                            deployment
                                    .admin()
                                    .get("/v1/connections/" + story.connection)
                                    .body(),
                            store.read("production", story.connection)
                                    .map(secret -> secret.path("generation").asText())
                                    .orElse("none"),
                            service.log()
                                    .lines()
                                    .filter(line -> line.contains("WARN") && line.contains("published"))
                                    .toList())
                    .isTrue();
        }
        assertThat(Waiting.until(
                        PUBLISHED,
                        () -> connections(deployment).stream()
                                .noneMatch(
                                        each -> each.at("/secret/published_at").isNull())))
                .as("all are published")
                .isTrue();
    }

    private static boolean isRight(Store store, Story story) {
        var read = store.read("production", story.connection);
        if (story.disconnected) {
            return read.isEmpty();
        }
        String token = read.map(secret -> secret.path("token").asText()).orElse("none");
        return token.equals(story.current.isEmpty() ? "null" : story.current);
    }

    private static List<JsonNode> connections(Deployment deployment) {
        return deployment
                .admin()
                .get("/v1/connections?limit=500")
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .toList();
    }
}
