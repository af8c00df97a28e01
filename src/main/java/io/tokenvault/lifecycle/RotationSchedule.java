package io.tokenvault.lifecycle;

import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which tokens are old enough for a scheduled rotation, and which rotations wait for the first use of the new token. */
@ApplicationScoped
class RotationSchedule {
    private final EntityManager database;
    private final Environments environments;

    RotationSchedule(EntityManager database, Environments environments) {
        this.database = database;
        this.environments = environments;
    }

    /** The current token of an active connection of which no other token is live. */
    record Candidate(ConnectionId connection, Instant issuedAt, Duration age) {}

    /** A rotation whose old token has no end yet. */
    record Pending(TokenId token, TokenId previous, ConnectionId connection) {}

    /** Up to {@code limit} candidates of at least that age, the oldest first; {@code after} is the last one of the page before. */
    @Transactional
    List<Candidate> candidates(EnvironmentName environment, Duration age, @Nullable Candidate after, int limit) {
        return rows(database.createNativeQuery("""
                        select cur.connection_id, cur.issued_at,
                            cast(extract(epoch from clock_timestamp() - cur.issued_at) * 1000 as bigint)
                        from token cur join connection c using (connection_id) join publication p using (connection_id)
                        where cur.environment = :environment and cur.state = 'CURRENT' and c.status = 'ACTIVE'
                            and not exists (select 1 from change_log_standing where restored_at is not null)
                            and cur.issued_at <= clock_timestamp() - :age * interval '1 millisecond'
                            and (cur.issued_at, cur.connection_id) > (cast(:after as timestamptz), :afterId)
                            and p.published_generation >= p.desired_generation
                            and not exists (
                                select 1 from token t left join token_usage u using (token_id)
                                where t.connection_id = cur.connection_id and t.state = 'RETIRING' and not (%s))
                        order by cur.issued_at, cur.connection_id limit :limit
                        """.formatted(Tokens.ENDED_BY_TIME))
                        .setParameter("environment", environment.value())
                        .setParameter("age", age.toMillis())
                        .setParameter("after", after == null ? Instant.EPOCH : after.issuedAt())
                        .setParameter(
                                "afterId",
                                after == null ? "" : after.connection().value())
                        .setParameter("limits", limits())
                        .setParameter("limit", limit))
                .stream()
                .map(row -> new Candidate(
                        new ConnectionId((String) row[0]),
                        (Instant) row[1],
                        Duration.ofMillis(((Number) row[2]).longValue())))
                .toList();
    }

    /** Has the end of {@code previous} wait for the first use of {@code token}, in the running transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    void await(Token token, Token previous, Instant now) {
        database.createNativeQuery(
                        "insert into scheduled_rotation (token_id, previous_token_id, rotated_at) values (?1, ?2, ?3)")
                .setParameter(1, token.id().value())
                .setParameter(2, previous.id().value())
                .setParameter(3, now)
                .executeUpdate();
    }

    /** Rotations that wait no longer: the new token was used, or it or the old one has ended. */
    @Transactional
    List<Pending> settled() {
        return rows(database.createNativeQuery("""
                        select s.token_id, s.previous_token_id, n.connection_id
                        from scheduled_rotation s join token n on n.token_id = s.token_id
                            join token t on t.token_id = s.previous_token_id
                            join connection c on c.connection_id = n.connection_id
                            left join token_usage used on used.token_id = s.token_id
                            left join token_usage u on u.token_id = s.previous_token_id
                        where used.token_id is not null or n.state <> 'CURRENT' or n.expires_at <= now()
                            or t.state <> 'RETIRING' or c.status = 'DISCONNECTED' or (%s)
                        """.formatted(Tokens.ENDED_BY_TIME))
                        .setParameter("limits", limits()))
                .stream()
                .map(row -> new Pending(
                        new TokenId((String) row[0]), new TokenId((String) row[1]), new ConnectionId((String) row[2])))
                .toList();
    }

    /**
     * Starts the overlap of the old token, from the first use of the new one on, on a connection that is locked; false
     * when it has ended, or has an end already.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean startOverlap(Pending pending) {
        database.createNativeQuery("delete from scheduled_rotation where token_id = ?1")
                .setParameter(1, pending.token().value())
                .executeUpdate();
        return database.createNativeQuery("""
                        update token set retires_at = least(expires_at, greatest(
                            date_trunc('milliseconds', clock_timestamp()),
                            (select first_used_at from token_usage where token_id = :successor)
                                + overlap_ms * interval '1 millisecond'))
                        where token_id = :token and state = 'RETIRING' and retires_at is null
                        """)
                        .setParameter("successor", pending.token().value())
                        .setParameter("token", pending.previous().value())
                        .executeUpdate()
                == 1;
    }

    /** Marks the rotations older than {@code period} whose new token nobody has used, once each; gives those tokens. */
    @Transactional(Transactional.TxType.MANDATORY)
    List<TokenId> markUnused(EnvironmentName environment, Duration period) {
        @SuppressWarnings("unchecked")
        List<String> unused = database.createNativeQuery("""
                        update scheduled_rotation s set unused_at = clock_timestamp()
                        from token n
                        where n.token_id = s.token_id and n.environment = :environment and n.state = 'CURRENT'
                            and s.unused_at is null
                            and s.rotated_at <= clock_timestamp() - :period * interval '1 millisecond'
                            and not exists (select 1 from token_usage u where u.token_id = s.token_id)
                        returning s.token_id
                        """, String.class)
                .setParameter("environment", environment.value())
                .setParameter("period", period.toMillis())
                .getResultList();
        return unused.stream().map(TokenId::new).toList();
    }

    /** How many rotations are marked as unused. */
    @Transactional
    Map<EnvironmentName, Double> unused() {
        Map<EnvironmentName, Double> counts = new HashMap<>();
        for (Object[] row : rows(database.createNativeQuery("""
                select n.environment, count(*) from scheduled_rotation s join token n using (token_id)
                where s.unused_at is not null group by n.environment
                """))) {
            counts.put(new EnvironmentName((String) row[0]), ((Number) row[1]).doubleValue());
        }
        return counts;
    }

    private String limits() {
        return Tokens.json(environments.inactivitySeconds());
    }

    @SuppressWarnings("unchecked")
    private static List<Object[]> rows(Query query) {
        return query.getResultList();
    }
}
