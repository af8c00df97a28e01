package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.ConnectionStatus.Transition;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Move;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Carries out one move of the status table on a locked connection, and records it. */
@ApplicationScoped
class StatusMover {
    private final Connections connections;
    private final DatabaseClock clock;
    private final AuditLog audit;

    StatusMover(Connections connections, DatabaseClock clock, AuditLog audit) {
        this.connections = connections;
        this.clock = clock;
        this.audit = audit;
    }

    StatusChange move(ConnectionId id, Move move, @Nullable String reason, Origin origin) {
        return move(id, move, reason, origin, _ -> {});
    }

    /** {@code then} is run after the status was changed, and not when there was nothing to change. */
    StatusChange move(ConnectionId id, Move move, @Nullable String reason, Origin origin, Consumer<Connection> then) {
        Connection connection = connections.lock(id).orElseThrow();
        return switch (connection.status().after(move)) {
            case Transition.Forbidden _ -> throw new InvalidTransitionException(move, connection.status());
            case Transition.Nothing _ -> new StatusChange(connection, false);
            case Transition.To(var next) -> {
                connection.become(next, reason, clock.now());
                then.accept(connection);
                audit.append(ConnectionEvents.success("connection." + move.code(), connection, reason, origin));
                yield new StatusChange(connection, true);
            }
        };
    }
}
