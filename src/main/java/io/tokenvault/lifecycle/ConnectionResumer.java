package io.tokenvault.lifecycle;

import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Move;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import org.jspecify.annotations.Nullable;

/** Ends a suspension: the connection is again what it was under it. */
@ApplicationScoped
public class ConnectionResumer {
    private final StatusMover mover;

    ConnectionResumer(StatusMover mover) {
        this.mover = mover;
    }

    /** Resumes, unless it is not suspended; throws {@link InvalidTransitionException} when the connection is disconnected. */
    @Transactional
    public StatusChange resume(ConnectionId id, @Nullable String reason, Origin origin) {
        return mover.move(id, Move.RESUME, reason, origin);
    }
}
