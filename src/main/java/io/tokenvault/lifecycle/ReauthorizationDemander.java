package io.tokenvault.lifecycle;

import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Move;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import org.jspecify.annotations.Nullable;

/** Records that the source no longer accepts the credentials: tokens rest until the tenant connects again. */
@ApplicationScoped
public class ReauthorizationDemander {
    private final StatusMover mover;

    ReauthorizationDemander(StatusMover mover) {
        this.mover = mover;
    }

    /** Marks it, unless it is marked already; a suspended one remembers it for later; throws {@link InvalidTransitionException} when the connection is disconnected. */
    @Transactional
    public StatusChange demand(ConnectionId id, @Nullable String reason, Origin origin) {
        return mover.move(id, Move.REQUIRE_REAUTHORIZATION, reason, origin);
    }
}
