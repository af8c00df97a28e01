package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Revokes one token: it is dead when the transaction commits, whatever the secrets backend does. */
@ApplicationScoped
public class TokenRevoker {
    private final Connections connections;
    private final Tokens tokens;
    private final Publications publications;
    private final DatabaseClock clock;
    private final AuditLog audit;

    TokenRevoker(
            Connections connections, Tokens tokens, Publications publications, DatabaseClock clock, AuditLog audit) {
        this.connections = connections;
        this.tokens = tokens;
        this.publications = publications;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * The token as it is now.
     *
     * @param changed false when it had ended for good before
     */
    public record Revoked(Token token, Connection connection, boolean changed) {}

    /**
     * Revokes, unless the token was revoked before or is recorded as expired. One that only time has ended is revoked
     * too, so that no later policy can wake it.
     */
    @Transactional
    public Revoked revoke(TokenId id, @Nullable String reason, Origin origin) {
        Token token = tokens.find(id).orElseThrow();
        Connection connection = connections.lock(token.connectionId()).orElseThrow();
        tokens.getEntityManager().refresh(token);
        if (!token.recordedState().isLive()) {
            return new Revoked(token, connection, false);
        }
        Instant now = clock.now();
        boolean current = token.recordedState() == TokenState.CURRENT;
        token.revoke(EndCause.REVOKED, reason, now);
        FaultPoint.REVOKE_BEFORE_WISH.pass();
        if (current && !connection.isDisconnected()) {
            connection.nextGeneration(now);
            publications.wantRevoked(List.of(connection.id()));
        }
        audit.append(ConnectionEvents.success("token.revoke", token, reason, origin));
        return new Revoked(token, connection, true);
    }
}
