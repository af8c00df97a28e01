package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.ConnectionStatus.Transition;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Move;
import io.tokenvault.connection.Token;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;

/** Takes new source credentials: the connection is active again with a new token, and all old tokens die at once. */
@ApplicationScoped
public class Reconnector {
    private final Connections connections;
    private final LiveTokens liveTokens;
    private final SourceCredentials credentials;
    private final TokenMint mint;
    private final DatabaseClock clock;
    private final AuditLog audit;

    Reconnector(
            Connections connections,
            LiveTokens liveTokens,
            SourceCredentials credentials,
            TokenMint mint,
            DatabaseClock clock,
            AuditLog audit) {
        this.connections = connections;
        this.liveTokens = liveTokens;
        this.credentials = credentials;
        this.mint = mint;
        this.clock = clock;
        this.audit = audit;
    }

    /** Reconnects, or throws {@link InvalidTransitionException} and changes nothing. */
    @Transactional
    public Issued reconnect(ConnectionId id, SecretValue newCredentials, Origin origin) {
        Connection connection = connections.lock(id).orElseThrow();
        if (!(connection.status().after(Move.RECONNECT) instanceof Transition.To(var next))) {
            throw new InvalidTransitionException(Move.RECONNECT, connection.status());
        }
        Instant now = clock.now();
        List<Token> live = liveTokens.settle(connection, now);
        Token current = LiveTokens.in(TokenState.CURRENT, live);
        live.forEach(token -> token.revoke(EndCause.ROTATED, "reconnected", now));
        connection.replaceCredentials(credentials.seal(connection, newCredentials));
        connection.become(next, null, now);
        connections.flush(); // the old token leaves its place before the new one takes it
        FaultPoint.ROTATE_AFTER_RETIRE.pass();
        Issued issued = mint.mint(connection, current, null, now);
        audit.append(ConnectionEvents.success("connection.reconnect", connection, null, origin));
        return issued;
    }
}
