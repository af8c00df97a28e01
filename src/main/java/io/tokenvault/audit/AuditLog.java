package io.tokenvault.audit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Appends events in the transaction of the change they tell of: no change without its event, no event without its change. */
@ApplicationScoped
public class AuditLog {
    private static final String INSERT = """
            insert into audit_event (event_id, at, actor_id, actor_name, actor_method, action, object_type, object_id,
                environment, result, reason, request_id, source_ip)
            values (?, date_trunc('milliseconds', clock_timestamp()), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private final EntityManager database;
    private final EventCounts counts;
    private final SecureRandom random = new SecureRandom();

    AuditLog(EntityManager database, EventCounts counts) {
        this.database = database;
        this.counts = counts;
    }

    /** Appends in the running transaction; there must be one. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void append(AuditEvent event) {
        append(List.of(event));
    }

    /** Appends many in the running transaction, in this order; there must be one. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void append(List<AuditEvent> events) {
        database.unwrap(Session.class).doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (AuditEvent event : events) {
                    bind(insert, event);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        });
        counts.afterCommit(events);
    }

    /** Appends in a transaction of its own: for calls that were denied and change nothing else. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    public void appendAlone(AuditEvent event) {
        append(List.of(event));
    }

    private void bind(PreparedStatement insert, AuditEvent event) throws SQLException {
        Origin origin = event.origin();
        insert.setString(1, newEventId());
        insert.setString(2, origin.actor().operatorId());
        insert.setString(3, origin.actor().name());
        insert.setString(4, origin.actor().method());
        insert.setString(5, event.action());
        insert.setString(6, event.object().type());
        insert.setString(7, event.object().id());
        insert.setString(8, text(event.environment()));
        insert.setString(9, event.result().column());
        insert.setString(10, event.reason());
        insert.setString(11, origin.requestId());
        insert.setString(12, origin.sourceIp());
    }

    private String newEventId() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return "e" + HexFormat.of().formatHex(id);
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
