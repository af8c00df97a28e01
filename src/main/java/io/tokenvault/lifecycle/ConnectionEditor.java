package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Profile;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.function.UnaryOperator;

/** Changes what can be edited of a connection; its tokens follow at once. */
@ApplicationScoped
public class ConnectionEditor {
    private final Connections connections;
    private final DatabaseClock clock;
    private final AuditLog audit;

    ConnectionEditor(Connections connections, DatabaseClock clock, AuditLog audit) {
        this.connections = connections;
        this.clock = clock;
        this.audit = audit;
    }

    /** Edits; throws {@link InvalidTransitionException} when the connection is disconnected. */
    @Transactional
    public StatusChange edit(ConnectionId id, UnaryOperator<Profile> edit, Origin origin) {
        Connection connection = connections.lock(id).orElseThrow();
        if (connection.isDisconnected()) {
            throw new InvalidTransitionException("edit", connection.status());
        }
        Profile before = connection.profile();
        Profile after = edit.apply(before);
        if (after.equals(before)) {
            return new StatusChange(connection, false);
        }
        connection.edit(after, clock.now());
        audit.append(ConnectionEvents.success("connection.edit", connection, null, origin));
        return new StatusChange(connection, true);
    }
}
