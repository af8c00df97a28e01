package io.tokenvault.connection;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tokens in the database. */
@ApplicationScoped
public class Tokens implements PanacheRepositoryBase<Token, String> {

    /**
     * Whether time has ended the token {@code t} with the usage {@code u}; {@code :limits} holds the inactivity limits by
     * environment. The same rules as {@link io.tokenvault.token.TokenLife#endAt}.
     */
    public static final String ENDED_BY_TIME = """
            coalesce(t.retires_at <= now(), false) or coalesce(t.expires_at <= now(), false)
            or coalesce(coalesce(u.last_used_at, t.issued_at)
                + cast(cast(:limits as jsonb) ->> t.environment as bigint) * interval '1 second' <= now(), false)""";

    /**
     * Which tokens a list shows; null means any.
     *
     * @param environments those the caller may see; null: all
     * @param state as time has made it by now
     * @param unusedSince not used since then, and issued before
     */
    public record Filter(
            @Nullable Collection<EnvironmentName> environments,
            @Nullable TokenState state,
            @Nullable Instant expiresBefore,
            @Nullable Instant unusedSince) {}

    /**
     * Which live tokens a bulk revocation is for; null means any.
     *
     * @param issuedBefore issued before then
     */
    public record Selection(
            EnvironmentName environment,
            @Nullable String tenant,
            @Nullable SourceSystem system,
            @Nullable Collection<ConnectionId> connections,
            @Nullable Instant issuedBefore) {}

    private static final String SELECT = """
            select t.token_id, t.connection_id, t.environment, t.mac, t.generation, t.state, t.end_cause, t.issued_at,
                   t.expires_at, t.overlap_ms, t.retires_at, t.revoked_at, t.revoke_reason, u.first_used_at, u.last_used_at
            from token t left join token_usage u using (token_id) join connection c using (connection_id)
            where true""";

    public Optional<Token> find(TokenId id) {
        return findByIdOptional(id.value());
    }

    /** Where a token belongs, without reading the rest of it; holds no database connection afterwards. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    public Optional<EnvironmentName> environmentOf(TokenId id) {
        return find("select environment from Token where tokenId = ?1", id.value())
                .project(String.class)
                .firstResultOptional()
                .map(EnvironmentName::new);
    }

    /** The tokens recorded as live, at most one current and one retiring. */
    public List<Token> recordedLive(ConnectionId connection) {
        return list(
                "connectionId = ?1 and state in (?2, ?3)", connection.value(), TokenState.CURRENT, TokenState.RETIRING);
    }

    /** The token that was issued last for a connection. */
    public Token latest(ConnectionId connection) {
        return find("connectionId = ?1 order by generation desc", connection.value())
                .firstResult();
    }

    /** Tokens by their ids, as they are now. */
    public List<Token> of(Collection<TokenId> ids) {
        return list("tokenId in ?1", ids.stream().map(TokenId::value).toList());
    }

    /** Up to {@code limit} tokens of one connection, newest first. */
    public List<Token> ofConnection(ConnectionId connection, @Nullable Position after, int limit) {
        Query query = new Query(SELECT);
        query.equal("t.connection_id", connection.value());
        query.after("t.issued_at", "t.token_id", after);
        return query.list(getEntityManager(), Token.class, limit);
    }

    /** Up to {@code limit} tokens, newest first, ties by id. */
    public List<Token> page(
            Filter filter, Map<EnvironmentName, Long> inactivitySeconds, @Nullable Position after, int limit) {
        Query query = new Query(SELECT);
        query.in("t.environment", filter.environments());
        if (filter.state() != null) {
            query.add(
                    "case when t.state in ('CURRENT', 'RETIRING') and (" + endedByTime() + ") then 'EXPIRED'"
                            + " else t.state end = %s",
                    json(inactivitySeconds),
                    filter.state().name());
        }
        if (filter.expiresBefore() != null) {
            query.add("t.expires_at < %s", filter.expiresBefore());
        }
        if (filter.unusedSince() != null) {
            query.add("coalesce(u.last_used_at, t.issued_at) < %s", filter.unusedSince());
        }
        query.after("t.issued_at", "t.token_id", after);
        return query.list(getEntityManager(), Token.class, limit);
    }

    /** Every live token of a selection, in the order of their connections. */
    public List<Bulk.Match> live(Selection selection, Map<EnvironmentName, Long> inactivitySeconds) {
        Query query = new Query("""
                select t.token_id, t.connection_id, c.tenant
                from token t left join token_usage u using (token_id) join connection c using (connection_id)
                where true""");
        query.equal("t.environment", selection.environment().value());
        query.add("c.status <> 'DISCONNECTED' and t.state in ('CURRENT', 'RETIRING')");
        query.add("not (" + endedByTime() + ")", json(inactivitySeconds));
        query.equal("c.tenant", selection.tenant());
        query.equal(
                "c.system",
                selection.system() == null ? null : selection.system().code());
        query.in("t.connection_id", selection.connections());
        if (selection.issuedBefore() != null) {
            query.add("t.issued_at < %s", selection.issuedBefore());
        }
        query.order("t.connection_id, t.token_id");
        return query.list(getEntityManager(), Object[].class, Integer.MAX_VALUE).stream()
                .map(row -> new Bulk.Match(
                        new TokenId((String) row[0]), new ConnectionId((String) row[1]), (String) row[2]))
                .toList();
    }

    private static String endedByTime() {
        return ENDED_BY_TIME.replace(":limits", "%s");
    }

    /** Inactivity limits as the parameter {@code :limits} of {@link #ENDED_BY_TIME}. */
    public static String json(Map<EnvironmentName, Long> inactivitySeconds) {
        return inactivitySeconds.entrySet().stream()
                .map(limit -> "\"" + limit.getKey() + "\":" + limit.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
