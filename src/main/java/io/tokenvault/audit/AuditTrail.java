package io.tokenvault.audit;

import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what was recorded. */
@ApplicationScoped
public class AuditTrail {
    private final EntityManager database;

    AuditTrail(EntityManager database) {
        this.database = database;
    }

    /**
     * Which events a list shows; null means any.
     *
     * @param environments those the caller may see; null: all, and what belongs to none
     * @param from this moment or later
     * @param to before this moment
     */
    public record Filter(
            @Nullable Collection<EnvironmentName> environments,
            @Nullable OperatorId actor,
            @Nullable String action,
            @Nullable String objectId,
            @Nullable Instant from,
            @Nullable Instant to) {}

    /** One event as it was recorded. */
    public record Entry(
            long seq,
            String eventId,
            Instant at,
            Actor actor,
            String action,
            AuditEvent.Subject object,
            @Nullable String environment,
            String result,
            @Nullable String reason,
            @Nullable String requestId,
            @Nullable String sourceIp) {}

    /** Up to {@code limit} events before {@code beforeSeq}, newest first. */
    public List<Entry> page(Filter filter, long beforeSeq, int limit) {
        @SuppressWarnings("unchecked")
        List<Object[]> rows = database.createNativeQuery("""
                        select seq, event_id, at, actor_id, actor_name, actor_method, action, object_type, object_id,
                            environment, result, reason, request_id, source_ip
                        from audit_event
                        where seq < :before
                            and (:anywhere or environment = any (:environments))
                            and (cast(:actor as text) is null or actor_id = :actor)
                            and (cast(:action as text) is null or action = :action)
                            and (cast(:object as text) is null or object_id = :object)
                            and (cast(:from as timestamptz) is null or at >= :from)
                            and (cast(:to as timestamptz) is null or at < :to)
                        order by seq desc
                        """)
                .setParameter("before", beforeSeq)
                .setParameter("anywhere", filter.environments() == null)
                .setParameter("environments", names(filter.environments()))
                .setParameter(
                        "actor", filter.actor() == null ? null : filter.actor().value())
                .setParameter("action", filter.action())
                .setParameter("object", filter.objectId())
                .setParameter("from", filter.from())
                .setParameter("to", filter.to())
                .setMaxResults(limit)
                .getResultList();
        return rows.stream().map(AuditTrail::entry).toList();
    }

    private static String[] names(@Nullable Collection<EnvironmentName> environments) {
        return environments == null
                ? new String[0]
                : environments.stream().map(EnvironmentName::value).toArray(String[]::new);
    }

    private static Entry entry(Object[] row) {
        return new Entry(
                ((Number) row[0]).longValue(),
                (String) row[1],
                (Instant) row[2],
                new Actor((String) row[3], (String) row[4], (String) row[5]),
                (String) row[6],
                new AuditEvent.Subject((String) row[7], (String) row[8]),
                (String) row[9],
                (String) row[10],
                (String) row[11],
                (String) row[12],
                (String) row[13]);
    }
}
