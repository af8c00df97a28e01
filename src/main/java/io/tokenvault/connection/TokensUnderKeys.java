package io.tokenvault.connection;

import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Which tokens can be proved with which MAC keys. */
@ApplicationScoped
public class TokensUnderKeys {
    private final EntityManager database;

    TokensUnderKeys(EntityManager database) {
        this.database = database;
    }

    /**
     * Every live token whose MAC was made with one of these keys, in the order of their connections.
     *
     * @param keys the first five bytes of the MACs, in hexadecimal
     */
    public List<Bulk.Match> live(
            EnvironmentName environment, Collection<String> keys, Map<EnvironmentName, Long> inactivitySeconds) {
        Query query = new Query("""
                select t.token_id, t.connection_id, c.tenant
                from token t left join token_usage u using (token_id) join connection c using (connection_id)
                where t.state in ('CURRENT', 'RETIRING')""");
        query.equal("t.environment", environment.value());
        query.in("encode(substring(t.mac from 1 for 5), 'hex')", keys);
        query.add("c.status <> 'DISCONNECTED'");
        query.add("not (" + Tokens.ENDED_BY_TIME.replace(":limits", "%s") + ")", Tokens.json(inactivitySeconds));
        query.order("t.connection_id, t.token_id");
        return query.list(database, Object[].class, Integer.MAX_VALUE).stream()
                .map(row -> new Bulk.Match(
                        new TokenId((String) row[0]), new ConnectionId((String) row[1]), (String) row[2]))
                .toList();
    }
}
