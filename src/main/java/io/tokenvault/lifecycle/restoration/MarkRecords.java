package io.tokenvault.lifecycle.restoration;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.AuditHistory;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.coherence.RestoredDatabase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;

/** What the database knows of marks: whose turn it is to write one, and what they said. */
@ApplicationScoped
class MarkRecords {
    private static final Duration PERIOD = Duration.ofMinutes(15);
    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(30);

    private final EntityManager database;
    private final AuditHistory log;
    private final RestoredDatabase restored;
    private final DatabaseClock clock;
    private final AuditLog audit;

    MarkRecords(
            EntityManager database, AuditHistory log, RestoredDatabase restored, DatabaseClock clock, AuditLog audit) {
        this.database = database;
        this.log = log;
        this.restored = restored;
        this.clock = clock;
        this.audit = audit;
    }

    @Transactional
    Instant now() {
        return clock.now();
    }

    /** Whether a mark is due, and of all replicas this one writes it. */
    @Transactional
    boolean takeTurn() {
        return database.createNativeQuery("""
                                update change_log_standing set mark_due_at = clock_timestamp() + ?1 * interval '1 second'
                                where mark_due_at <= clock_timestamp() and restored_at is null
                                """)
                        .setParameter(1, PERIOD.toSeconds())
                        .executeUpdate()
                > 0;
    }

    /** Has the mark written soon after all, by whoever comes first. */
    @Transactional
    void giveTurnBack() {
        database.createNativeQuery("""
                        update change_log_standing
                        set mark_due_at = least(mark_due_at, clock_timestamp() + ?1 * interval '1 second')
                        """)
                .setParameter(1, AFTER_A_FAILURE.toSeconds())
                .executeUpdate();
    }

    /** Remembers, once, that the log of this database does not go through {@code mark}. */
    @Transactional
    void remember(HeadMark mark) {
        if (restored.remember(mark.head(), mark.writtenAt())) {
            audit.append(event("database.find_restored", mark));
        }
    }

    /** Goes on above the mark of another log: a new database at a backend that was used before. */
    @Transactional
    void takeOver(HeadMark mark) {
        restored.passOver(mark.head());
        log.continueAbove(mark.head());
        audit.append(event("database.take_over_mark", mark));
    }

    private static AuditEvent event(String action, HeadMark mark) {
        return new AuditEvent(
                Origin.SERVICE,
                action,
                new AuditEvent.Subject("database", null),
                null,
                AuditEvent.Result.SUCCESS,
                "the mark is at change " + mark.head());
    }
}
