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
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.environment.Places;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Issues a new token for a connection and lets the old one live for an overlap, or not at all. */
@ApplicationScoped
public class TokenRotator {
    private final Connections connections;
    private final LiveTokens liveTokens;
    private final Environments environments;
    private final Places places;
    private final TokenMint mint;
    private final DatabaseClock clock;
    private final AuditLog audit;

    TokenRotator(
            Connections connections,
            LiveTokens liveTokens,
            Environments environments,
            Places places,
            TokenMint mint,
            DatabaseClock clock,
            AuditLog audit) {
        this.connections = connections;
        this.liveTokens = liveTokens;
        this.environments = environments;
        this.places = places;
        this.mint = mint;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * How to rotate.
     *
     * @param overlap how long the old token still works; null: as the environment says; zero: it dies at once, and so
     *     does one that is retiring
     * @param expiresIn the life of the new token, within the bounds of the environment; null: as long as they allow
     */
    public record Request(
            @Nullable Duration overlap,
            @Nullable Duration expiresIn,
            @Nullable String reason) {}

    /** Rotates, or throws {@link InvalidTransitionException} or {@link RotationConflictException} and changes nothing. */
    @Transactional
    public Issued rotate(ConnectionId id, Request request, Origin origin) {
        Connection connection = connections.lock(id).orElseThrow();
        if (connection.status().after(Move.ROTATE) instanceof Transition.Forbidden) {
            throw new InvalidTransitionException(Move.ROTATE, connection.status());
        }
        boolean publishedAtOnce = !places.hold(connection.environment()).place().holdsTokens();
        Instant now = clock.now();
        Environment environment = environments.get(connection.environment());
        Duration overlap = request.overlap() == null ? environment.policy().rotationOverlap() : request.overlap();
        List<Token> live = liveTokens.settle(connection, now);
        Token current = LiveTokens.in(TokenState.CURRENT, live);
        Token retiring = LiveTokens.in(TokenState.RETIRING, live);
        if (overlap.isZero()) {
            live.forEach(token -> token.revoke(EndCause.ROTATED, request.reason(), now));
        } else if (retiring != null) {
            throw new RotationConflictException(
                    retiring.retiresAt() == null ? retiring.overlap() : Duration.between(now, retiring.retiresAt()));
        } else if (current != null) {
            current.retire(overlap, publishedAtOnce ? now : null);
        }
        connections.flush(); // the old token leaves its place before the new one takes it
        FaultPoint.ROTATE_AFTER_RETIRE.pass();
        Issued issued = mint.mint(connection, current, request.expiresIn(), now);
        audit.append(ConnectionEvents.success("connection.rotate", connection, request.reason(), origin));
        return issued;
    }
}
