package io.tokenvault.lifecycle;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.coherence.Duties;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.EnvironmentGauge;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Rotates the tokens of environments with a rotation period when they are older than that, plus {@link RotationJitter}.
 * An old token retires only after the new one was used; while one is retiring nothing is rotated, and when nobody uses
 * the new one for a whole period, that is reported and both go on.
 */
@Startup
@ApplicationScoped
class ScheduledRotation {
    private static final Logger LOG = Logger.getLogger(ScheduledRotation.class);
    private static final String DUTY = "scheduled rotation";
    private static final Duration DUTY_TIME = Duration.ofSeconds(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int LOOKS_IN_A_PERIOD = 100;
    private static final int PAGE = 200;

    private final Environments environments;
    private final RotationSchedule schedule;
    private final ScheduledRotator rotator;
    private final Duties duties;
    private final MeterRegistry meters;
    private final EnvironmentGauge unused;
    private final Map<EnvironmentName, Long> nextLook = new HashMap<>();

    ScheduledRotation(
            Environments environments,
            RotationSchedule schedule,
            ScheduledRotator rotator,
            Duties duties,
            MeterRegistry meters) {
        this.environments = environments;
        this.schedule = schedule;
        this.rotator = rotator;
        this.duties = duties;
        this.meters = meters;
        this.unused = new EnvironmentGauge("token_vault.rotation.unused", environments, meters);
    }

    @Scheduled(
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void run() {
        if (duties.take(DUTY, DUTY_TIME)) {
            schedule.settled().forEach(pending -> each(pending.connection(), () -> rotator.startOverlap(pending)));
            for (Environment environment : environments.all()) {
                if (environment.policy().rotationPeriod() instanceof Duration period
                        && isTimeToLook(environment, period)) {
                    reportUnused(environment.name(), period);
                    rotateWhatIsDue(environment.name(), period);
                }
            }
        }
        unused.set(schedule.unused());
    }

    private boolean isTimeToLook(Environment environment, Duration period) {
        long now = System.nanoTime();
        Long next = nextLook.get(environment.name());
        if (next != null && now - next < 0) {
            return false;
        }
        Duration pause = period.dividedBy(LOOKS_IN_A_PERIOD);
        nextLook.put(environment.name(), now + (pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE).toNanos());
        return true;
    }

    private void reportUnused(EnvironmentName environment, Duration period) {
        int count = rotator.reportUnused(environment, period);
        if (count > 0) {
            LOG.warnf(
                    "%d tokens of environment %s were not used since they replaced another one in a scheduled rotation;"
                            + " those before go on",
                    count, environment);
        }
    }

    private void rotateWhatIsDue(EnvironmentName environment, Duration period) {
        RotationSchedule.@Nullable Candidate last = null;
        List<RotationSchedule.Candidate> page;
        do {
            page = schedule.candidates(environment, period, last, PAGE);
            for (RotationSchedule.Candidate candidate : page) {
                last = candidate;
                Duration due = period.plus(RotationJitter.of(candidate.connection(), period));
                if (candidate.age().compareTo(due) >= 0) {
                    each(candidate.connection(), () -> rotate(candidate.connection(), due, environment));
                }
            }
        } while (page.size() == PAGE && duties.take(DUTY, DUTY_TIME));
    }

    private void rotate(ConnectionId connection, Duration age, EnvironmentName environment) {
        if (rotator.rotate(connection, age)) {
            meters.counter("token_vault.rotation.scheduled", "environment", environment.value())
                    .increment();
        }
    }

    /** One connection that cannot be changed must not keep the others from it. */
    private static void each(ConnectionId connection, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            LOG.errorf(
                    "the scheduled rotation of connection %s will be tried again: %s",
                    connection, failed.getClass().getName());
        }
    }
}
