package io.tokenvault.connection;

import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Changes of many connections and tokens at once, a statement each. They go past the entities, which must not be loaded. */
@ApplicationScoped
public class Bulk {
    private final EntityManager database;

    Bulk(EntityManager database) {
        this.database = database;
    }

    /** A token that a selection matches, and whose it is. */
    public record Match(TokenId token, ConnectionId connection, String tenant) {}

    /** Locks the connections of these tokens until the transaction ends, in one order for everybody. */
    public void lock(Collection<Match> matches) {
        database.createNativeQuery(
                        "select connection_id from connection where connection_id = any (?1) order by connection_id for no key update")
                .setParameter(
                        1,
                        matches.stream()
                                .map(match -> match.connection().value())
                                .distinct()
                                .toArray(String[]::new))
                .getResultList();
    }

    /** Counts a generation for each connection that has its current token among these; gives the new ones. */
    public Map<ConnectionId, Long> nextGenerations(Collection<TokenId> tokens, Instant now) {
        Map<ConnectionId, Long> generations = new HashMap<>();
        for (Object[] row :
                rows(database.createNativeQuery("""
                                update connection c set generation = generation + 1, updated_at = :now
                                where exists (
                                    select 1 from token t
                                    where t.connection_id = c.connection_id and t.state = 'CURRENT'
                                        and t.token_id = any (:tokens))
                                returning c.connection_id, c.generation
                                """).setParameter("now", now).setParameter("tokens", texts(tokens)))) {
            generations.put(new ConnectionId((String) row[0]), ((Number) row[1]).longValue());
        }
        return generations;
    }

    /** Revokes those of these tokens that are recorded as live; gives the ones that were. */
    public List<TokenId> revoke(Collection<TokenId> tokens, String reason, Instant now) {
        @SuppressWarnings("unchecked")
        List<String> revoked = database.createNativeQuery("""
                        update token set state = 'REVOKED', end_cause = 'REVOKED', revoked_at = :now,
                            revoke_reason = :reason
                        where token_id = any (:tokens) and state in ('CURRENT', 'RETIRING')
                        returning token_id
                        """, String.class)
                .setParameter("now", now)
                .setParameter("reason", reason)
                .setParameter("tokens", texts(tokens))
                .getResultList();
        return revoked.stream().map(TokenId::new).toList();
    }

    private static String[] texts(Collection<TokenId> tokens) {
        return tokens.stream().map(TokenId::value).toArray(String[]::new);
    }

    @SuppressWarnings("unchecked")
    private static List<Object[]> rows(Query query) {
        return query.getResultList();
    }
}
