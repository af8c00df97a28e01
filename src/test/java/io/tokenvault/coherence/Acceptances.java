package io.tokenvault.coherence;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Waiting;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Asks replicas about tokens all the time, and remembers when the last question began that a token was accepted on. */
final class Acceptances implements AutoCloseable {
    private static final Duration A_WHILE = Duration.ofMillis(50);

    private final Map<String, Long> last = new ConcurrentHashMap<>();
    private final ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean asking = true;

    /** Asks each of them about this token from now on. */
    void record(String token, List<Deployment> replicas) {
        last.put(token, Long.MIN_VALUE);
        for (Deployment replica : replicas) {
            askers.submit(() -> {
                while (asking) {
                    ask(replica, token);
                }
            });
        }
    }

    boolean any(String token) {
        return last(token) != Long.MIN_VALUE;
    }

    /** When the last question began that was answered with yes, by {@link System#nanoTime}. */
    long last(String token) {
        return last.getOrDefault(token, Long.MIN_VALUE);
    }

    private void ask(Deployment replica, String token) {
        long begun = System.nanoTime();
        try {
            HttpAnswer answer = replica.admin()
                    .post("/v1/validate", "{\"token\":\"" + token + "\",\"environment\":\"production\"}");
            if (answer.status() == 200 && answer.json().path("active").asBoolean()) {
                last.merge(token, begun, Math::max);
            } else {
                Waiting.pause(A_WHILE);
            }
        } catch (UncheckedIOException gone) {
            Waiting.pause(A_WHILE);
        }
    }

    @Override
    public void close() throws InterruptedException {
        asking = false;
        askers.shutdown();
        askers.awaitTermination(20, TimeUnit.SECONDS);
    }
}
