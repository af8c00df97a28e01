package io.tokenvault.lifecycle;

import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.connection.Move;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.token.ConnectionId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;

/** Ends a connection for good: its credentials go with the decision, its secret in the backend follows. */
@ApplicationScoped
public class Disconnector {
    private final StatusMover mover;
    private final Publications publications;
    private final DatabaseClock clock;

    Disconnector(StatusMover mover, Publications publications, DatabaseClock clock) {
        this.mover = mover;
        this.publications = publications;
        this.clock = clock;
    }

    /** Disconnects, unless that happened before. */
    @Transactional
    public StatusChange disconnect(ConnectionId id, Origin origin) {
        return mover.move(id, Move.DISCONNECT, null, origin, connection -> {
            connection.nextGeneration(clock.now());
            FaultPoint.DISCONNECT_BEFORE_WISH.pass();
            publications.wantNothing(connection);
        });
    }
}
