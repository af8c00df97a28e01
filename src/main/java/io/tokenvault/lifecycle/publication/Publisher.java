package io.tokenvault.lifecycle.publication;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Brings the secrets backend to what the database wants. Every step may be repeated and may be cut off: a lease that is
 * not given back runs out, and the next attempt publishes the same generation again.
 */
@ApplicationScoped
public class Publisher {
    private static final Logger LOG = Logger.getLogger(Publisher.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(25);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int AT_ONCE = 32;
    private static final int BATCH = 256;
    private static final int PLACES = 16;

    private enum Attempt {
        PUBLISHED,
        FAILED,
        NOT_OURS
    }

    private final Publications publications;
    private final Backends backends;
    private final ExecutorService threads;

    /** By backend: one that hangs holds its own places and no other's. */
    private final Map<String, Semaphore> places = new ConcurrentHashMap<>();

    private final String owner = UUID.randomUUID().toString();

    Publisher(Publications publications, Backends backends, @VirtualThreads ExecutorService threads) {
        this.publications = publications;
        this.backends = backends;
        this.threads = threads;
    }

    /** What one connection is to be brought to. */
    public record Wish(ConnectionId connection, long generation) {}

    /**
     * Publishes at once, after the transaction with the wishes was committed, and waits up to two seconds for all of
     * them. What is not done by then is done later; so is all of a number too large to wait for.
     */
    public void publish(List<Wish> wishes) {
        if (wishes.size() > AT_ONCE) {
            return;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Map<Wish, Future<Attempt>> attempts = new LinkedHashMap<>();
        wishes.forEach(wish -> attempts.put(wish, threads.submit(() -> attempt(wish.connection()))));
        try {
            for (Map.Entry<Wish, Future<Attempt>> attempt : attempts.entrySet()) {
                await(attempt.getKey(), attempt.getValue(), deadline);
            }
        } catch (TimeoutException goesOnInTheBackground) {
            LOG.debugf("the publication of %d connections takes longer", wishes.size());
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            LOG.errorf(
                    "a publication failed and will be tried again: %s",
                    cause == null ? "no cause" : cause.getClass().getName());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(Wish wish, Future<Attempt> attempt, long deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (attempt.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS) != Attempt.NOT_OURS) {
            return;
        }
        while (!publications.reached(wish.connection(), wish.generation()) && System.nanoTime() < deadline) {
            Thread.sleep(POLL);
        }
    }

    /** Takes what a crash, an outage or another replica left. */
    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void publishWhatIsDue() {
        for (Publications.Due due : publications.due(BATCH)) {
            Semaphore free = places.computeIfAbsent(backends.nameOf(due.environment()), _ -> new Semaphore(PLACES));
            threads.submit(() -> {
                free.acquire();
                try {
                    return attempt(due.connection());
                } finally {
                    free.release();
                }
            });
        }
    }

    private Attempt attempt(ConnectionId connection) {
        Attempt result = Attempt.NOT_OURS;
        Optional<Publications.Work> work = publications.lease(connection, owner);
        while (work.isPresent()) {
            result = publish(work.get());
            work = result == Attempt.PUBLISHED ? publications.lease(connection, owner) : Optional.empty();
        }
        return result;
    }

    private Attempt publish(Publications.Work work) {
        SecretName name = new SecretName.ConnectionToken(work.environment(), work.connection());
        try {
            SecretsBackend backend = backends.of(work.environment());
            FaultPoint.PUBLISH_BEFORE_PUT.pass();
            if (work.value() == null) {
                backend.delete(name);
            } else if (backend.put(name, work.value(), work.generation()) == Publication.SUPERSEDED) {
                // Harmless while another replica publishes a later wish; if it stays, the database is older than the
                // backend.
                return failed(work, "the backend holds a later generation than " + work.generation());
            }
            FaultPoint.PUBLISH_AFTER_PUT.pass();
            publications.done(work);
            FaultPoint.PUBLISH_AFTER_DONE.pass();
            return Attempt.PUBLISHED;
        } catch (SecretsBackendException failure) {
            return failed(work, String.valueOf(failure.getMessage()));
        } catch (RuntimeException ours) {
            return failed(work, ours.getClass().getName()); // and if that fails too, the lease runs out
        }
    }

    private Attempt failed(Publications.Work work, String failure) {
        LOG.warnf("not published, will be tried again: %s", failure);
        publications.failed(work, failure, pause(work.attempts()));
        return Attempt.FAILED;
    }

    /** Doubles with every attempt, up to a minute; a random half of it, so that replicas do not march in step. */
    private static Duration pause(int attempts) {
        long longest = Math.min(FIRST_PAUSE.toMillis() << Math.min(attempts - 1, 10), LONGEST_PAUSE.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    }
}
