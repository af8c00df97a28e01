package io.tokenvault.lifecycle;

import io.quarkus.scheduler.Scheduled;
import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Records that a current token comes to its end, 30 days, 7 days and 1 day before, once each; a moment that lies before
 * its issue does not count. Of several that were missed, only the last is told.
 */
@ApplicationScoped
class ExpiryNotices {
    private final EntityManager database;
    private final AuditLog audit;

    ExpiryNotices(EntityManager database, AuditLog audit) {
        this.database = database;
        this.audit = audit;
    }

    @Scheduled(
            every = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void give() {
        @SuppressWarnings("unchecked")
        List<Object[]> due = database.createNativeQuery("""
                        insert into expiry_notice (token_id, days_before, noticed_at)
                        select t.token_id, d.days, clock_timestamp()
                        from token t join connection c using (connection_id)
                            cross join (values (30), (7), (1)) as d (days)
                        where t.state = 'CURRENT' and c.status <> 'DISCONNECTED' and t.expires_at > now()
                            and t.expires_at <= now() + interval '30 days'
                            and t.expires_at <= now() + d.days * interval '1 day'
                            and t.issued_at < t.expires_at - d.days * interval '1 day'
                        on conflict (token_id, days_before) do nothing
                        returning token_id, days_before,
                            (select environment from token where token.token_id = expiry_notice.token_id)
                        """).getResultList();
        due.stream()
                .collect(Collectors.groupingBy(row -> (String) row[0]))
                .values()
                .forEach(notices -> notices.stream()
                        .min((a, b) -> Integer.compare(days(a), days(b)))
                        .ifPresent(nearest -> audit.append(event(nearest))));
    }

    private static int days(Object[] row) {
        return ((Number) row[1]).intValue();
    }

    private static AuditEvent event(Object[] row) {
        return new AuditEvent(
                Origin.SERVICE,
                "token.expiry_notice",
                new AuditEvent.Subject("token", (String) row[0]),
                new EnvironmentName((String) row[2]),
                AuditEvent.Result.SUCCESS,
                "expires in " + days(row) + (days(row) == 1 ? " day" : " days"));
    }
}
