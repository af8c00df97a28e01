package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Token;
import org.jspecify.annotations.Nullable;

/** The audit events of what happened to connections and tokens. */
final class ConnectionEvents {
    private ConnectionEvents() {}

    static AuditEvent success(String action, Connection connection, @Nullable String reason, Origin origin) {
        return new AuditEvent(
                origin,
                action,
                new AuditEvent.Subject("connection", connection.id().value()),
                connection.environment(),
                AuditEvent.Result.SUCCESS,
                reason);
    }

    static AuditEvent success(String action, Token token, @Nullable String reason, Origin origin) {
        return new AuditEvent(
                origin,
                action,
                new AuditEvent.Subject("token", token.id().value()),
                token.environment(),
                AuditEvent.Result.SUCCESS,
                reason);
    }
}
