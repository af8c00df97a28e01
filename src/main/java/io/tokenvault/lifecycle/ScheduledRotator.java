package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Token;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a scheduled rotation, each one transaction that decides again under the lock of the connection: any number
 * of replicas may try them at once, and a crash between two of them loses nothing.
 */
@ApplicationScoped
class ScheduledRotator {
    private static final Duration SHORTEST_OVERLAP = Duration.ofMillis(1);

    private final Connections connections;
    private final LiveTokens liveTokens;
    private final Environments environments;
    private final TokenMint mint;
    private final Publications publications;
    private final RotationSchedule schedule;
    private final DatabaseClock clock;
    private final AuditLog audit;

    ScheduledRotator(
            Connections connections,
            LiveTokens liveTokens,
            Environments environments,
            TokenMint mint,
            Publications publications,
            RotationSchedule schedule,
            DatabaseClock clock,
            AuditLog audit) {
        this.connections = connections;
        this.liveTokens = liveTokens;
        this.environments = environments;
        this.mint = mint;
        this.publications = publications;
        this.schedule = schedule;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * Issues a new token, and has the old one live until the new one was used and the overlap after that is over. Does
     * nothing, and says false, unless the connection is active, its current token is at least that old, published and
     * alone.
     */
    @Transactional
    boolean rotate(ConnectionId id, Duration age) {
        Connection connection = connections.lock(id).orElseThrow();
        if (connection.status() != Operating.ACTIVE || !publications.reached(id, connection.generation())) {
            return false;
        }
        Instant now = clock.now();
        List<Token> live = liveTokens.settle(connection, now);
        Token current = LiveTokens.in(TokenState.CURRENT, live);
        if (current == null
                || live.size() > 1
                || now.isBefore(current.issuedAt().plus(age))) {
            return false;
        }
        Environment.Policy policy = environments.get(connection.environment()).policy();
        Duration overlap = policy.rotationOverlap();
        current.retire(overlap.isZero() ? SHORTEST_OVERLAP : overlap, null);
        connections.flush(); // the old token leaves its place before the new one takes it
        FaultPoint.ROTATE_AFTER_RETIRE.pass();
        Issued issued = mint.mint(connection, current, lifeOf(current), now);
        schedule.await(issued.token(), current, now);
        audit.append(ConnectionEvents.success("connection.rotate", connection, "scheduled rotation", Origin.SERVICE));
        return true;
    }

    /** As long as that of the token before: whoever issued it for a time did not ask for one without an end. */
    private static @Nullable Duration lifeOf(Token token) {
        return token.expiresAt() == null ? null : Duration.between(token.issuedAt(), token.expiresAt());
    }

    /** Starts the overlap of an old token whose successor was used, or has ended and never will be. */
    @Transactional
    void startOverlap(RotationSchedule.Pending pending) {
        Connection connection = connections.lock(pending.connection()).orElseThrow();
        if (schedule.startOverlap(pending)) {
            audit.append(event(
                    "token.retire", pending.previous(), connection.environment(), AuditEvent.Result.SUCCESS, null));
        }
    }

    /** Records, once each, the rotations whose new token nobody has used for a whole period; gives their number. */
    @Transactional
    int reportUnused(EnvironmentName environment, Duration period) {
        List<TokenId> unused = schedule.markUnused(environment, period);
        audit.append(unused.stream()
                .map(token -> event(
                        "token.rotation_unused",
                        token,
                        environment,
                        AuditEvent.Result.FAILED,
                        "nobody has used the token since the scheduled rotation; the one before goes on"))
                .toList());
        return unused.size();
    }

    private static AuditEvent event(
            String action,
            TokenId token,
            EnvironmentName environment,
            AuditEvent.Result result,
            @Nullable String reason) {
        return new AuditEvent(
                Origin.SERVICE, action, new AuditEvent.Subject("token", token.value()), environment, result, reason);
    }
}
