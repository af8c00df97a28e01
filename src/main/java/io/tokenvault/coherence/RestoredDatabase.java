package io.tokenvault.coherence;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether this database was found to lack changes that were confirmed once, and nobody has decided what to do about it.
 * The database remembers it, so that neither a restart nor another replica forgets; each replica asks every two seconds
 * and keeps the last answer while the database is away.
 */
@ApplicationScoped
public class RestoredDatabase {
    private static final Logger LOG = Logger.getLogger(RestoredDatabase.class);
    private static final String METER = "token_vault.database.restored";

    private final EntityManager database;
    private final DataSource connections;
    private volatile boolean restored;

    RestoredDatabase(EntityManager database, DataSource connections, MeterRegistry meters) {
        this.database = database;
        this.connections = connections;
        Gauge.builder(METER, () -> restored ? 1 : 0)
                .description("1 while nobody has decided about a database that was restored from an old dump")
                .register(meters);
    }

    /**
     * What was found.
     *
     * @param at when
     * @param markHead how far the log once was, at least
     * @param markWrittenAt when it was so far; null: not known
     */
    public record Finding(
            Instant at, long markHead, @Nullable Instant markWrittenAt) {}

    /** As of at most two seconds ago. */
    public boolean isRestored() {
        return restored;
    }

    /** @throws DatabaseRestoredException when nothing may be issued */
    public void refuse() {
        if (restored) {
            throw new DatabaseRestoredException();
        }
    }

    /** Asks the database. One line of the log tells each change of the answer. */
    @Scheduled(
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    public void refresh() {
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select restored_at is not null, mark_head, mark_written_at from change_log_standing")) {
            row.next();
            become(row.getBoolean(1), row.getLong(2), row.getObject(3, OffsetDateTime.class));
        } catch (SQLException away) {
            LOG.debugf("the last known state stays: SQL state %s", away.getSQLState());
        }
    }

    private synchronized void become(boolean found, long markHead, @Nullable OffsetDateTime markWrittenAt) {
        if (found && !restored) {
            LOG.errorf(
                    "the database was restored from an old dump: change %d, on record since %s, is missing in it."
                            + " Validation, issuing and publishing stop until an admin decides, see"
                            + " docs/runbooks/database-restored.md",
                    markHead, markWrittenAt == null ? "an unknown time" : markWrittenAt.toInstant());
        } else if (!found && restored) {
            LOG.warn("it was decided what to do about the restored database; validation and publishing go on");
        }
        restored = found;
    }

    /** What was found and is not decided yet; the row stays as it is until the running transaction ends. */
    @Transactional
    public Optional<Finding> finding() {
        return rows("select restored_at, mark_head, mark_written_at from change_log_standing"
                        + " where restored_at is not null for share")
                .stream()
                .findFirst()
                .map(row -> new Finding((Instant) row[0], ((Number) row[1]).longValue(), (Instant) row[2]));
    }

    /** Up to which head marks need no decision any more. */
    @Transactional
    public long decidedHead() {
        return ((Number) database.createNativeQuery("select decided_head from change_log_standing")
                        .getSingleResult())
                .longValue();
    }

    /**
     * Remembers, in the running transaction, that changes up to {@code markHead} are missing here; false when it was
     * known.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean remember(long markHead, @Nullable Instant markWrittenAt) {
        return database.createNativeQuery("""
                                update change_log_standing
                                set restored_at = clock_timestamp(), mark_head = :head, mark_written_at = :at
                                where restored_at is null and decided_head < :head
                                """)
                        .setParameter("head", markHead)
                        .setParameter("at", markWrittenAt)
                        .executeUpdate()
                > 0;
    }

    /**
     * Ends, in the running transaction, what was remembered; gives the head of the mark that it was about, empty when
     * there was nothing to decide. A new mark is due.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public OptionalLong decide() {
        Optional<Finding> finding = finding();
        finding.ifPresent(found -> passOver(found.markHead()));
        return finding.map(found -> OptionalLong.of(found.markHead())).orElse(OptionalLong.empty());
    }

    /** Lets marks up to this head say nothing any more, in the running transaction. A new mark is due. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void passOver(long markHead) {
        database.createNativeQuery("""
                        update change_log_standing
                        set decided_head = greatest(decided_head, ?1), restored_at = null, mark_head = null,
                            mark_written_at = null, mark_due_at = clock_timestamp()
                        """).setParameter(1, markHead).executeUpdate();
    }

    @SuppressWarnings("unchecked")
    private List<Object[]> rows(String query) {
        return database.createNativeQuery(query).getResultList();
    }
}
