package io.tokenvault.connection;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The connections in the database. */
@ApplicationScoped
public class Connections implements PanacheRepositoryBase<Connection, String> {

    /**
     * Which connections a list shows; null and empty mean any.
     *
     * @param environments those the caller may see; null: all
     * @param labels all of which a connection must carry
     */
    public record Filter(
            @Nullable Collection<EnvironmentName> environments,
            @Nullable String tenant,
            @Nullable SourceSystem system,
            @Nullable String status,
            List<Map.Entry<String, String>> labels) {}

    /**
     * What is known of a connection through its tokens.
     *
     * @param current the token recorded as current and not ended by time
     * @param lastValidatedAt the last accepted validation of any of its tokens
     */
    public record Facts(@Nullable TokenId current, @Nullable Instant lastValidatedAt) {
        public static final Facts NONE = new Facts(null, null);
    }

    public Optional<Connection> find(ConnectionId id) {
        return findByIdOptional(id.value());
    }

    /** Where a connection belongs, without reading the rest of it; holds no database connection afterwards. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    public Optional<EnvironmentName> environmentOf(ConnectionId id) {
        return find("select environment from Connection where connectionId = ?1", id.value())
                .project(String.class)
                .firstResultOptional()
                .map(EnvironmentName::new);
    }

    /**
     * The connection, locked until the transaction ends: whoever changes it or one of its tokens comes through here. A
     * wait of more than five seconds fails.
     */
    public Optional<Connection> lock(ConnectionId id) {
        getEntityManager()
                .createNativeQuery("select set_config('lock_timeout', '5s', true)", String.class)
                .getSingleResult();
        Connection connection = findById(id.value(), LockModeType.PESSIMISTIC_WRITE);
        if (connection != null) {
            getEntityManager().refresh(connection); // as it is now that the lock is ours, not as it was read before
        }
        return Optional.ofNullable(connection);
    }

    /** Up to {@code limit} connections, newest first, ties by id. */
    public List<Connection> page(Filter filter, @Nullable Position after, int limit) {
        Query query = new Query("select * from connection where true");
        query.in("environment", filter.environments());
        query.equal("tenant", filter.tenant());
        query.equal("system", filter.system() == null ? null : filter.system().code());
        query.equal("lower(status)", filter.status());
        for (Map.Entry<String, String> label : filter.labels()) {
            query.add("labels @> jsonb_build_object(%s, %s)", label.getKey(), label.getValue());
        }
        query.after("created_at", "connection_id", after);
        return query.list(getEntityManager(), Connection.class, limit);
    }

    /** What is known of these connections through their tokens; one that has none is left out. */
    public Map<ConnectionId, Facts> facts(Collection<ConnectionId> ids, Map<EnvironmentName, Long> inactivitySeconds) {
        Map<ConnectionId, Facts> facts = new HashMap<>();
        @SuppressWarnings("unchecked")
        List<Object[]> rows = getEntityManager()
                .createNativeQuery("""
                        select t.connection_id,
                               max(t.token_id) filter (where t.state = 'CURRENT' and not (%s)),
                               max(u.last_used_at)
                        from token t left join token_usage u using (token_id)
                        where t.connection_id = any (:ids)
                        group by t.connection_id
                        """.formatted(Tokens.ENDED_BY_TIME))
                .setParameter("ids", ids.stream().map(ConnectionId::value).toArray(String[]::new))
                .setParameter("limits", Tokens.json(inactivitySeconds))
                .getResultList();
        for (Object[] row : rows) {
            TokenId current = row[1] == null ? null : new TokenId((String) row[1]);
            facts.put(new ConnectionId((String) row[0]), new Facts(current, (Instant) row[2]));
        }
        return facts;
    }
}
