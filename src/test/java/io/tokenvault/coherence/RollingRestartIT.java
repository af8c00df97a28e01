package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three replicas are restarted one after the other as the chart does it: out of the service's addresses, the pause of the
 * pre-stop hook, the signal; and back among the addresses when it says that it is ready.
 */
class RollingRestartIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final int REPLICAS = 3;
    private static final int CALLERS = 4;
    private static final int TOKENS = 10;
    private static final Duration PRE_STOP = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final List<ServiceProcess> replicas = new ArrayList<>();
    private final List<Deployment> addresses = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean asking = true;
    private OpenBao openBao;

    @BeforeEach
    void startThree() throws IOException {
        openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")));
        TestDatabase database = TestDatabase.create();
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(ServiceProcess.in(Files.createDirectory(folder.resolve("replica-" + i)))
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .secretsIn(openBao)
                    .database(database)
                    .start());
        }
        Deployment first = Deployment.of(replicas.getFirst().address(), BOOTSTRAP_KEY);
        addresses.add(first);
        replicas.stream().skip(1).forEach(replica -> addresses.add(first.at(replica.address())));
        for (int i = 0; i < TOKENS; i++) {
            tokens.add(first.connect("production", "").text("/token/token"));
        }
    }

    @AfterEach
    void end() {
        replicas.forEach(ServiceProcess::close);
        openBao.close();
    }

    @Test
    void noVerdictFailsWhileAllReplicasAreRestarted() throws Exception {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                load.add(callers.submit(this::askOverAndOver));
            }

            for (ServiceProcess replica : replicas) {
                Deployment address = addresses.removeFirst();
                Waiting.pause(PRE_STOP);
                replica.restart();
                addresses.add(address);
            }
            Waiting.pause(PRE_STOP);
            asking = false;
            for (Future<?> caller : load) {
                caller.get();
            }
        }

        assertThat(failures).isEmpty();
        assertThat(accepted.get()).isGreaterThan(100);
    }

    private void askOverAndOver() {
        while (asking) {
            String token = tokens.get(ThreadLocalRandom.current().nextInt(TOKENS));
            Object[] open = addresses.toArray();
            Deployment address = (Deployment) open[ThreadLocalRandom.current().nextInt(open.length)];
            try {
                HttpAnswer answer = address.validate(token, "production", "");
                if (answer.status() == 200 && answer.json().path("active").asBoolean()) {
                    accepted.incrementAndGet();
                } else {
                    failures.add(answer.status() + " " + answer.body());
                }
            } catch (UncheckedIOException failed) {
                failures.add(failed.toString());
            }
        }
    }
}
