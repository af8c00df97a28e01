package io.tokenvault.coherence;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the history of this database has come, told by its audit log: every change appends there in its transaction,
 * and nothing is ever taken out.
 */
@ApplicationScoped
public class AuditHistory {
    private final EntityManager database;

    AuditHistory(EntityManager database) {
        this.database = database;
    }

    /**
     * How far a log has come.
     *
     * @param log which log it is; a copy of the database has the same
     * @param number of the newest change; 0: none was made yet
     * @param event the id of that change, which no other history has at this number; null: not known
     */
    public record Head(String log, long number, @Nullable String event) {}

    @Transactional
    public Head head() {
        Object[] row = (Object[]) database.createNativeQuery("""
                        select s.log_id, coalesce(e.seq, 0), e.event_id
                        from change_log_standing s
                            left join lateral (select seq, event_id from audit_event order by seq desc limit 1) e on true
                        """).getSingleResult();
        return new Head((String) row[0], ((Number) row[1]).longValue(), (String) row[2]);
    }

    /**
     * Whether the history of this database goes through {@code other}, a head of the same log. The number alone does not
     * tell: an older copy that went on for a while has reached it, with other changes.
     */
    @Transactional
    public boolean goesThrough(Head other) {
        @SuppressWarnings("unchecked")
        List<String> found = database.createNativeQuery(
                        "select event_id from audit_event where seq >= ?1 order by seq limit 1", String.class)
                .setParameter(1, other.number())
                .getResultList();
        return other.number() == 0
                || !found.isEmpty()
                        && (other.event() == null || found.getFirst().equals(other.event()));
    }

    /** Lets the next change have a number above {@code number}, in the running transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void continueAbove(long number) {
        // Others may draw numbers between the question and the answer: not so many, and one that came twice would be
        // refused.
        database.createNativeQuery("""
                        select setval(pg_get_serial_sequence('audit_event', 'seq'),
                            greatest(nextval(pg_get_serial_sequence('audit_event', 'seq')), ?1) + 1000000)
                        """, Long.class).setParameter(1, number).getSingleResult();
    }
}
