package io.tokenvault.lifecycle;

import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Move;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import org.jspecify.annotations.Nullable;

/** Stops a connection: none of its tokens is accepted until it is resumed. */
@ApplicationScoped
public class ConnectionSuspender {
    private final StatusMover mover;

    ConnectionSuspender(StatusMover mover) {
        this.mover = mover;
    }

    /** Suspends, unless it is suspended already; throws {@link InvalidTransitionException} when the connection is disconnected. */
    @Transactional
    public StatusChange suspend(ConnectionId id, @Nullable String reason, Origin origin) {
        return mover.move(id, Move.SUSPEND, reason, origin);
    }
}
