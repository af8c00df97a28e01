package io.tokenvault.audit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Appends events in the transaction of the change they tell of: no change without its event, no event without its change. */
@ApplicationScoped
public class AuditLog {
    private final EntityManager database;
    private final SecureRandom random = new SecureRandom();

    AuditLog(EntityManager database) {
        this.database = database;
    }

    /** Appends in the running transaction; there must be one. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void append(AuditEvent event) {
        insert(event);
    }

    /** Appends in a transaction of its own: for calls that were denied and change nothing else. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    public void appendAlone(AuditEvent event) {
        insert(event);
    }

    private void insert(AuditEvent event) {
        database.createNativeQuery("""
                        insert into audit_event (event_id, at, actor_id, actor_name, actor_method, action, object_type,
                            object_id, environment, result, reason, request_id, source_ip)
                        values (:eventId, date_trunc('milliseconds', clock_timestamp()), :actorId, :actorName,
                            :actorMethod, :action, :objectType, :objectId, :environment, :result, :reason, :requestId,
                            :sourceIp)
                        """)
                .setParameter("eventId", newEventId())
                .setParameter("actorId", event.origin().actor().operatorId())
                .setParameter("actorName", event.origin().actor().name())
                .setParameter("actorMethod", event.origin().actor().method())
                .setParameter("action", event.action())
                .setParameter("objectType", event.object().type())
                .setParameter("objectId", event.object().id())
                .setParameter("environment", text(event.environment()))
                .setParameter("result", event.result().column())
                .setParameter("reason", event.reason())
                .setParameter("requestId", event.origin().requestId())
                .setParameter("sourceIp", event.origin().sourceIp())
                .executeUpdate();
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
