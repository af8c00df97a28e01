package io.tokenvault.lifecycle.publication;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.environment.Place;
import io.tokenvault.environment.Places;
import io.tokenvault.environment.Residence;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the second place of an environment that moves at what consumers are to read, and clears it in the end. The
 * {@link Publisher} knows the first place only: a second one that is down takes nothing from it.
 */
@ApplicationScoped
class Copier {
    private static final Logger LOG = Logger.getLogger(Copier.class);
    private static final int BATCH = 256;

    private final Copies copies;
    private final Places places;
    private final Environments environments;
    private final Backends backends;
    private final Lanes lanes;
    private final ExecutorService threads;
    private final String owner = UUID.randomUUID().toString();

    Copier(
            Copies copies,
            Places places,
            Environments environments,
            Backends backends,
            Lanes lanes,
            @VirtualThreads ExecutorService threads) {
        this.copies = copies;
        this.places = places;
        this.environments = environments;
        this.backends = backends;
        this.lanes = lanes;
        this.threads = threads;
    }

    /**
     * Copies what was just published for a caller, as much out of turn as that was: however fast an environment changes,
     * its second place keeps up. Nobody waits for it; what finds no place is copied in the background, and a place that is
     * cleared is left to the background.
     */
    void follow(PublicationWork published) {
        Residence residence = places.known(published.environment());
        @Nullable Place second = residence.second();
        if (second != null && second.holdsTokens() && !residence.clearing()) {
            BackendLane lane = lanes.copying(second.backend());
            threads.execute(() -> followNow(published, lane));
        }
    }

    private void followNow(PublicationWork published, BackendLane lane) {
        try {
            if (lane.enterAsCaller(published.value() == null ? WritePace.DELETE : WritePace.PUT)) {
                try {
                    attempt(published.connection(), lane);
                } finally {
                    lane.leaveAsCaller();
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks for names that are behind: what was there before the move, and what failed. */
    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void copyWhatIsDue() {
        secondBackends().forEach((backend, writes) -> {
            BackendLane lane = lanes.copying(backend);
            if (lane.startDraining()) {
                threads.execute(() -> drain(lane, writes));
            }
        });
    }

    /** With what a change there costs: where all that is left to do is to clear, less than a put. */
    private Map<String, Integer> secondBackends() {
        Map<String, Integer> backends = new HashMap<>();
        for (Environment environment : environments.all()) {
            Residence residence = places.known(environment.name());
            @Nullable Place second = residence.second();
            if (second != null && second.holdsTokens()) {
                backends.merge(second.backend(), residence.clearing() ? WritePace.DELETE : WritePace.PUT, Math::max);
            }
        }
        return backends;
    }

    private void drain(BackendLane lane, int writes) {
        try {
            List<ConnectionId> due;
            do {
                due = copies.due(lane.backend(), BATCH);
                for (ConnectionId connection : due) {
                    lane.enter(writes);
                    threads.execute(() -> attemptInBackground(connection, lane));
                }
            } while (due.size() == BATCH);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.errorf(
                    "what is to be copied to backend %s could not be read: %s",
                    lane.backend(), failed.getClass().getName());
        } finally {
            lane.drained();
        }
    }

    private void attemptInBackground(ConnectionId connection, BackendLane lane) {
        try {
            attempt(connection, lane);
        } finally {
            lane.leave();
        }
    }

    private void attempt(ConnectionId connection, BackendLane lane) {
        try {
            Optional<Copies.Work> work = copies.lease(connection, owner);
            if (work.isPresent()) {
                copy(work.get(), lane);
            }
        } catch (RuntimeException failed) {
            LOG.errorf(
                    "a copy failed and will be tried again: %s",
                    failed.getClass().getName());
        }
    }

    private void copy(Copies.Work work, BackendLane lane) {
        SecretName name = new SecretName.ConnectionToken(work.environment(), work.connection());
        try {
            SecretsBackend backend = backends.demand(lane.backend());
            if (work.value() == null) {
                backend.delete(name);
                FaultPoint.MOVE_AFTER_DELETE.pass();
            } else if (backend.put(name, work.value(), work.generation()) == Publication.SUPERSEDED) {
                failed(
                        work,
                        "backend " + lane.backend() + " holds a later generation of " + name.path(),
                        Duration.ZERO);
                return;
            } else {
                FaultPoint.MOVE_AFTER_COPY.pass();
            }
            copies.done(work);
            lane.pace().eased();
        } catch (SecretsBackendException failure) {
            Duration wished = Duration.ZERO;
            if (failure instanceof SecretsBackendException.Unavailable unavailable) {
                lane.pace().slowed();
                wished = unavailable.retryAfter().orElse(wished);
            }
            failed(work, String.valueOf(failure.getMessage()), wished);
        } catch (RuntimeException ours) {
            // And if that fails too, the lease runs out.
            failed(work, ours.getClass().getName(), Duration.ZERO);
        }
    }

    private void failed(Copies.Work work, String failure, Duration atLeast) {
        LOG.warnf("not copied, will be tried again: %s", failure);
        copies.failed(work, failure, Backoff.after(work.attempts(), atLeast));
    }
}
