package io.tokenvault.lifecycle.restoration;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.ConnectionStatus.Transition;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Move;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.lifecycle.ConnectionSuspender;
import io.tokenvault.lifecycle.Disconnector;
import io.tokenvault.lifecycle.ReauthorizationDemander;
import io.tokenvault.lifecycle.TokenRevoker;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies again what an audit export tells of connections and tokens, as far as it makes something refused. What made
 * something accepted is not repeated: an export that somebody made up can close doors and open none.
 */
@ApplicationScoped
public class EventReplay {
    private final EntityManager database;
    private final Connections connections;
    private final Tokens tokens;
    private final TokenRevoker revoker;
    private final ConnectionSuspender suspender;
    private final ReauthorizationDemander demander;
    private final Disconnector disconnector;
    private final Publications publications;
    private final DatabaseClock clock;
    private final AuditLog audit;

    EventReplay(
            EntityManager database,
            Connections connections,
            Tokens tokens,
            TokenRevoker revoker,
            ConnectionSuspender suspender,
            ReauthorizationDemander demander,
            Disconnector disconnector,
            Publications publications,
            DatabaseClock clock,
            AuditLog audit) {
        this.database = database;
        this.connections = connections;
        this.tokens = tokens;
        this.revoker = revoker;
        this.suspender = suspender;
        this.demander = demander;
        this.disconnector = disconnector;
        this.publications = publications;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * An event of another history of this database.
     *
     * @param object the id of what it happened to; null when the event names none
     * @param reason a person's words
     */
    public record Event(
            String id,
            long seq,
            Instant at,
            String action,
            @Nullable String object,
            @Nullable String reason) {}

    /**
     * Which of these events this database does not know, neither from its own history nor from an earlier replay, and
     * from now on does.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Set<String> claim(Collection<String> events) {
        @SuppressWarnings("unchecked")
        List<String> unknown = database.createNativeQuery("""
                        insert into replayed_event (event_id, replayed_at)
                        select distinct id, now() from unnest(cast(?1 as text[])) as id
                        where not exists (select 1 from audit_event where event_id = id)
                        order by id
                        on conflict do nothing returning event_id
                        """, String.class)
                .setParameter(1, events.toArray(String[]::new))
                .getResultList();
        return new HashSet<>(unknown);
    }

    /** Applies the event, in the running transaction; false when nothing changed by it. */
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean apply(Event event, Origin origin) {
        return switch (event.action()) {
            case "token.revoke" -> revoke(event, origin);
            case "connection.rotate", "connection.reconnect" -> endOldTokens(event, origin);
            case "connection.suspend" ->
                connection(event, Move.SUSPEND)
                        .map(connection -> suspender.suspend(connection.id(), event.reason(), origin))
                        .isPresent();
            case "connection.require_reauthorization" ->
                connection(event, Move.REQUIRE_REAUTHORIZATION)
                        .map(connection -> demander.demand(connection.id(), event.reason(), origin))
                        .isPresent();
            case "connection.disconnect" ->
                connection(event, Move.DISCONNECT)
                        .map(connection -> disconnector.disconnect(connection.id(), origin))
                        .isPresent();
            default -> false;
        };
    }

    private boolean revoke(Event event, Origin origin) {
        return Optional.ofNullable(event.object())
                .flatMap(TokenId::parse)
                .filter(id -> tokens.environmentOf(id).isPresent())
                .map(id -> revoker.revoke(id, event.reason(), origin).changed())
                .orElse(false);
    }

    /** The connection of the event, locked, when that move changes something about it. */
    private Optional<Connection> connection(Event event, Move move) {
        return locked(event).filter(connection -> connection.status().after(move) instanceof Transition.To);
    }

    private Optional<Connection> locked(Event event) {
        return Optional.ofNullable(event.object())
                .flatMap(ConnectionId::parse)
                .filter(id -> connections.environmentOf(id).isPresent())
                .flatMap(connections::lock);
    }

    /**
     * The successor is lost and how long its overlap was is not on record, so that tokens from before it end now rather
     * than live on for ever.
     */
    private boolean endOldTokens(Event event, Origin origin) {
        Optional<Connection> found = locked(event);
        if (found.isEmpty()) {
            return false;
        }
        Connection connection = found.get();
        Instant now = clock.now();
        boolean current = false;
        boolean any = false;
        for (Token token : tokens.recordedLive(connection.id())) {
            tokens.getEntityManager().refresh(token); // its connection is locked now; an earlier read may be stale
            if (token.recordedState().isLive() && token.issuedAt().isBefore(event.at())) {
                current |= token.recordedState() == TokenState.CURRENT;
                any = true;
                token.revoke(EndCause.ROTATED, "replaced after the dump", now);
                audit.append(ended(token, origin));
            }
        }
        if (current && !connection.isDisconnected()) {
            connection.nextGeneration(now);
            publications.wantRevoked(List.of(connection.id()));
        }
        return any;
    }

    private static AuditEvent ended(Token token, Origin origin) {
        return new AuditEvent(
                origin,
                "token.revoke",
                new AuditEvent.Subject("token", token.id().value()),
                token.environment(),
                AuditEvent.Result.SUCCESS,
                "replaced after the dump");
    }
}
