package io.tokenvault.coherence;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;

/** Takes out of the change log what is older than a day. A replica that was away for longer finds a gap, and forgets all. */
@ApplicationScoped
class ChangeLogRetention {
    private static final String DUTY = "change-log-retention";
    private static final Duration DUTY_TIME = Duration.ofMinutes(50);

    private final EntityManager database;
    private final Duties duties;

    ChangeLogRetention(EntityManager database, Duties duties) {
        this.database = database;
        this.duties = duties;
    }

    @Scheduled(
            every = "1h",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void takeOut() {
        if (duties.take(DUTY, DUTY_TIME)) {
            database.createNativeQuery("delete from change_log where at < now() - interval '24 hours'")
                    .executeUpdate();
        }
    }
}
