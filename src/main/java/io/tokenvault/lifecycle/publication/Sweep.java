package io.tokenvault.lifecycle.publication;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.coherence.Duties;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Compares what the backends hold with what the database wants, and heals. It reads the names of the connections that
 * the database knows, and no others: each a minute after it was published, then after ever longer times, and at least
 * once a day; after a start at once, when it was published within the last hour. One replica at a time does it for each
 * backend, at no more than 50 reads a second.
 *
 * <p>What is missing or older is put again at once. What would overrule something in the backend is looked at twice, and
 * {@link Restraint} bounds it: a database that does not belong to the backend changes nothing there.
 */
@ApplicationScoped
class Sweep {
    private static final Logger LOG = Logger.getLogger(Sweep.class);
    private static final Duration DUTY = Duration.ofSeconds(20);
    private static final Duration BETWEEN_READS = Duration.ofMillis(20);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(5);
    private static final int BATCH = 10;
    private static final int MOST_FAILURES = 3;

    /** The names in one backend. */
    private static final class Area {
        private final String backend;
        private final AtomicBoolean busy = new AtomicBoolean();
        private boolean started;

        private Area(String backend) {
            this.backend = backend;
        }
    }

    private final SweepRecords records;
    private final Backends backends;
    private final Duties duties;
    private final MeterRegistry meters;
    private final ExecutorService threads;
    private final Environments environments;
    private final Map<String, Area> areas = new ConcurrentHashMap<>();

    Sweep(
            SweepRecords records,
            Backends backends,
            Environments environments,
            Duties duties,
            MeterRegistry meters,
            @VirtualThreads ExecutorService threads) {
        this.records = records;
        this.backends = backends;
        this.duties = duties;
        this.meters = meters;
        this.threads = threads;
        this.environments = environments;
    }

    @Scheduled(
            every = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void sweep() {
        Map<String, List<EnvironmentName>> residents = environments.all().stream()
                .filter(environment -> environment.place().holdsTokens())
                .collect(groupingBy(Environment::backend, mapping(Environment::name, toList())));
        residents.forEach((backend, names) -> {
            Area area = areas.computeIfAbsent(backend, Area::new);
            if (area.busy.compareAndSet(false, true)) {
                threads.execute(() -> sweep(area, names));
            }
        });
    }

    private void sweep(Area area, List<EnvironmentName> residents) {
        try {
            String duty = "sweep of " + area.backend;
            if (!duties.take(duty, DUTY)) {
                return;
            }
            if (!area.started) {
                records.lookAgainAtTheRecent(residents);
                area.started = true;
            }
            records.resume(residents)
                    .forEach(environment -> LOG.infof("the sweep of environment %s goes on", environment));
            int failures = 0;
            List<ConnectionId> due;
            do {
                due = records.due(residents, BATCH);
                for (ConnectionId connection : due) {
                    Thread.sleep(BETWEEN_READS);
                    failures = look(connection) ? 0 : failures + 1;
                    if (failures >= MOST_FAILURES) {
                        return;
                    }
                }
            } while (due.size() == BATCH && duties.take(duty, DUTY));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.errorf(
                    "the sweep of backend %s was cut off: %s",
                    area.backend, failed.getClass().getName());
        } finally {
            area.busy.set(false);
        }
    }

    /** False when the backend could not say what it holds. */
    private boolean look(ConnectionId connection) {
        SweepRecords.Expected expected = records.expected(connection).orElse(null);
        if (expected == null) {
            records.lookAgainLater(connection);
            return true;
        }
        SecretsBackend backend = backends.demand(expected.backend());
        SecretName name = new SecretName.ConnectionToken(expected.environment(), connection);
        Finding finding;
        try {
            finding = read(backend, name, expected);
        } catch (SecretsBackendException failed) {
            LOG.debugf("not compared, will be looked at again: %s", failed.getMessage());
            records.lookAgainIn(PAUSE_AFTER_FAILURE, connection);
            return false;
        }
        heal(expected, name, finding);
        return true;
    }

    private static Finding read(SecretsBackend backend, SecretName name, SweepRecords.Expected expected) {
        try {
            return Finding.of(expected.value(), expected.generation(), backend.get(name));
        } catch (SecretsBackendException.Rejected unreadable) {
            backend.check(); // a store that is not in order says nothing about this secret
            return expected.value() == null ? Finding.REAPPEARED : Finding.UNREADABLE;
        }
    }

    private void heal(SweepRecords.Expected expected, SecretName name, Finding finding) {
        switch (finding) {
            case RIGHT -> records.lookAgainLater(expected.connection());
            case LATER -> {
                LOG.warnf(
                        "%s: the backend holds a later generation than the database knows, which may have been"
                                + " restored from an older copy; nothing was changed",
                        name.path());
                meters.counter(
                                "token_vault.sweep.later",
                                "environment",
                                expected.environment().value())
                        .increment();
                records.lookAgainLater(expected.connection());
            }
            case MISSING, OLDER, ALTERED, UNREADABLE, REAPPEARED -> {
                switch (records.decide(expected, finding)) {
                    case HEALED -> {
                        LOG.warnf("%s: %s in the backend; it is healed", name.path(), finding.code());
                        meters.counter(
                                        "token_vault.sweep.healed",
                                        "environment",
                                        expected.environment().value(),
                                        "finding",
                                        finding.code())
                                .increment();
                    }
                    case NEWLY_STOPPED ->
                        LOG.errorf(
                                "the sweep found more to overrule in environment %s than can be damage: this may be"
                                        + " another database; nothing is overruled there until that has changed",
                                expected.environment());
                    case NOTHING, SUSPECTED, STOPPED -> {}
                }
            }
        }
    }
}
