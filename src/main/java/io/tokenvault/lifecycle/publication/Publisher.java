package io.tokenvault.lifecycle.publication;

import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
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
    private static final int AT_ONCE = 32;
    private static final int BATCH = 256;

    private enum Attempt {
        PUBLISHED,
        FAILED,
        NOT_OURS
    }

    private final Publications publications;
    private final Backends backends;
    private final MeterRegistry meters;
    private final ExecutorService threads;
    private final Lanes lanes;
    private final Copier copier;
    private final String owner = UUID.randomUUID().toString();

    Publisher(
            Publications publications,
            Backends backends,
            Lanes lanes,
            Copier copier,
            MeterRegistry meters,
            @VirtualThreads ExecutorService threads) {
        this.publications = publications;
        this.backends = backends;
        this.meters = meters;
        this.threads = threads;
        this.lanes = lanes;
        this.copier = copier;
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

    /** Takes what a crash, an outage or another replica left; each backend on its own. */
    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void publishWhatIsDue() {
        for (BackendLane lane : lanes.all()) {
            if (lane.startDraining()) {
                threads.execute(() -> drain(lane));
            }
        }
    }

    private void drain(BackendLane lane) {
        try {
            List<ConnectionId> due;
            do {
                due = publications.due(lane.backend(), BATCH);
                for (ConnectionId connection : due) {
                    lane.enter(WritePace.PUT);
                    threads.execute(() -> attemptInBackground(connection, lane));
                }
            } while (due.size() == BATCH);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.errorf(
                    "what backend %s is to hold could not be read: %s",
                    lane.backend(), failed.getClass().getName());
        } finally {
            lane.drained();
        }
    }

    private void attemptInBackground(ConnectionId connection, BackendLane lane) {
        try {
            Optional<PublicationWork> work = publications.lease(connection, owner);
            while (work.isPresent()) {
                boolean published = publish(work.get(), lane) == Attempt.PUBLISHED;
                work = published ? publications.lease(connection, owner) : Optional.empty();
                work.ifPresent(_ -> lane.pace().take(WritePace.PUT));
            }
        } catch (RuntimeException failed) {
            LOG.errorf(
                    "a publication failed and will be tried again: %s",
                    failed.getClass().getName());
        } finally {
            lane.leave();
        }
    }

    private Attempt attempt(ConnectionId connection) throws InterruptedException {
        Attempt result = Attempt.NOT_OURS;
        Optional<PublicationWork> work = publications.lease(connection, owner);
        while (work.isPresent()) {
            result = publishForCaller(work.get());
            copier.follow(work.get());
            work = result == Attempt.PUBLISHED ? publications.lease(connection, owner) : Optional.empty();
        }
        return result;
    }

    private Attempt publishForCaller(PublicationWork work) throws InterruptedException {
        BackendLane lane = lanes.of(work.place().backend());
        if (!lane.enterAsCaller(work.value() == null ? WritePace.DELETE : WritePace.PUT)) {
            publications.failed(work, "too many calls to backend " + lane.backend() + " are waiting", Duration.ZERO);
            return Attempt.FAILED;
        }
        try {
            return publish(work, lane);
        } finally {
            lane.leaveAsCaller();
        }
    }

    private Attempt publish(PublicationWork work, BackendLane lane) {
        SecretName name = new SecretName.ConnectionToken(work.environment(), work.connection());
        try {
            SecretsBackend backend = backends.demand(work.place().backend());
            FaultPoint.PUBLISH_BEFORE_PUT.pass();
            if (work.value() == null || work.replace()) {
                backend.delete(name);
            }
            if (work.value() != null && backend.put(name, work.value(), work.generation()) == Publication.SUPERSEDED) {
                // Harmless while another replica publishes a later wish; if it stays, the database is older than the
                // backend.
                count(lane, "superseded");
                return failed(work, "the backend holds a later generation than " + work.generation(), Duration.ZERO);
            }
            FaultPoint.PUBLISH_AFTER_PUT.pass();
            publications.done(work);
            FaultPoint.PUBLISH_AFTER_DONE.pass();
            lane.pace().eased();
            count(lane, "published");
            if (work.soon()) {
                meters.counter("token_vault.publication.soon", "backend", lane.backend())
                        .increment();
            }
            return Attempt.PUBLISHED;
        } catch (SecretsBackendException failure) {
            count(lane, "failed");
            return failed(work, String.valueOf(failure.getMessage()), wished(failure, lane));
        } catch (RuntimeException ours) {
            count(lane, "failed");
            // And if that fails too, the lease runs out.
            return failed(work, ours.getClass().getName(), Duration.ZERO);
        }
    }

    /** How long the backend wants to be left alone at least. */
    private static Duration wished(SecretsBackendException failure, BackendLane lane) {
        if (failure instanceof SecretsBackendException.Unavailable unavailable) {
            lane.pace().slowed();
            return unavailable.retryAfter().orElse(Duration.ZERO);
        }
        return Duration.ZERO;
    }

    private Attempt failed(PublicationWork work, String failure, Duration atLeast) {
        LOG.warnf("not published, will be tried again: %s", failure);
        publications.failed(work, failure, Backoff.after(work.attempts(), atLeast));
        return Attempt.FAILED;
    }

    private void count(BackendLane lane, String outcome) {
        meters.counter("token_vault.publication.attempts", "backend", lane.backend(), "outcome", outcome)
                .increment();
    }
}
