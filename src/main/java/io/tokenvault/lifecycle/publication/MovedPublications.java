package io.tokenvault.lifecycle.publication;

import io.tokenvault.connection.Connections;
import io.tokenvault.environment.Place;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the database knows of the publications of an environment that moves, and how it changes at the switch. */
@ApplicationScoped
public class MovedPublications {
    private static final String HELD = "(wanted = 'REVOKED' or wanted = 'VALUE' and sealed_value is not null)";

    private final EntityManager database;
    private final Publications publications;
    private final Connections connections;

    MovedPublications(EntityManager database, Publications publications, Connections connections) {
        this.database = database;
        this.publications = publications;
        this.connections = connections;
    }

    /**
     * What the second place is to hold under a name.
     *
     * @param value null when it does not matter: nothing, or the value of a token that has ended
     * @param copied the generation that it holds, as far as is known
     * @param following whether it has been there, and what it lacks is a change of this minute
     */
    record Expected(
            ConnectionId connection, @Nullable SecretValue value, long generation, long copied, boolean following) {}

    /** Connections whose name is to hold something for consumers. */
    @Transactional
    public List<ConnectionId> held(EnvironmentName environment) {
        return ids("environment = :environment and " + HELD, environment, "", Integer.MAX_VALUE);
    }

    /** The next connections after this one, by their ids; empty for the first. */
    @Transactional
    List<ConnectionId> after(EnvironmentName environment, String connection, int limit) {
        return ids("environment = :environment", environment, connection, limit);
    }

    @Transactional
    Expected expected(ConnectionId id) {
        Object[] row = (Object[]) database.createNativeQuery("""
                        select p.environment, p.desired_generation, p.wanted, p.sealed_value,
                            coalesce(c.generation, 0), %s,
                            coalesce(c.generation, 0) > 0 and p.waiting_since > clock_timestamp() - interval '1 minute'
                        from publication p left join publication_copy c using (connection_id) where connection_id = ?1
                        """.formatted(HELD))
                .setParameter(1, id.value())
                .getSingleResult();
        EnvironmentName environment = new EnvironmentName((String) row[0]);
        long generation = ((Number) row[1]).longValue();
        SecretValue value = (Boolean) row[5]
                ? publications.value(id, environment, generation, (String) row[2], (byte[]) row[3])
                : null;
        return new Expected(id, value, generation, ((Number) row[4]).longValue(), (Boolean) row[6]);
    }

    /** Has a name put again that is not in the second place, though it was. */
    @Transactional
    void copyAgain(ConnectionId id) {
        database.createNativeQuery(
                        "update publication_copy set generation = 0, next_attempt_at = now() where connection_id = ?1")
                .setParameter(1, id.value())
                .executeUpdate();
    }

    /** Why a name in the second place could not be written or deleted, if one could not. */
    @Transactional
    public Optional<String> failure(EnvironmentName environment) {
        @SuppressWarnings("unchecked")
        List<String> failures = database.createNativeQuery("""
                        select last_failure from publication_copy
                        where environment = ?1 and attempts > 1 and last_failure is not null limit 1
                        """, String.class)
                .setParameter(1, environment.value())
                .getResultList();
        return failures.stream().findFirst();
    }

    /** How many names in the second place are still to be cleared. */
    @Transactional
    public long uncleared(EnvironmentName environment) {
        return count("select count(*) from publication_copy where environment = :environment", environment);
    }

    /**
     * Makes what the second place holds count, and what the first one held a copy, in the running transaction, which has
     * seized the environment. What the second place lacks is published there as any wish is.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public void switchPlaces(EnvironmentName environment, Place from, Place to) {
        query("""
                with before as (
                    select p.connection_id, p.published_generation, p.desired_generation, c.generation as copied,
                        %s as held, p.wanted = 'NOTHING' and p.published_generation >= p.desired_generation
                            and p.delete_checks_left = 0 as empty
                    from publication p left join publication_copy c using (connection_id)
                    where p.environment = :environment),
                kept as (
                    insert into publication_copy (connection_id, environment, generation, next_attempt_at)
                    select connection_id, :environment, published_generation, now() from before where not empty
                    on conflict (connection_id) do update set generation = excluded.generation,
                        next_attempt_at = excluded.next_attempt_at, attempts = 0, last_failure = null)
                update publication p set
                    published_generation = case when :tokens and (held or copied is not null) then coalesce(copied, 0)
                        else p.desired_generation end,
                    published_at = case
                        when :tokens and held and coalesce(copied, 0) < p.desired_generation then p.published_at
                        when p.published_generation < p.desired_generation or p.published_at is null
                            then clock_timestamp()
                        else p.published_at end,
                    next_attempt_at = clock_timestamp(), waiting_since = clock_timestamp(), attempts = 0
                from before where before.connection_id = p.connection_id
                """.formatted(HELD), environment)
                .setParameter("tokens", to.holdsTokens())
                .executeUpdate();
        if (!from.holdsTokens()) {
            query("delete from publication_copy where environment = :environment", environment)
                    .executeUpdate();
        }
    }

    /**
     * Starts the overlap of tokens whose successors became published by the switch, unless they wait for a use; by the
     * clock of the database.
     */
    @Transactional
    public void startOverlaps(EnvironmentName environment) {
        // In the order of every other change of several: the connections first.
        ids("""
                connection_id in (
                    select t.connection_id from token t join publication p using (connection_id)
                    where t.environment = :environment and t.state = 'RETIRING' and t.retires_at is null
                        and t.generation < p.published_generation)
                """, environment, "", Integer.MAX_VALUE).forEach(connections::lock);
        query("""
                update token set
                    retires_at = least(expires_at, clock_timestamp() + overlap_ms * interval '1 millisecond')
                where environment = :environment and state = 'RETIRING' and retires_at is null
                    and exists (
                        select 1 from publication p
                        where p.connection_id = token.connection_id and token.generation < p.published_generation)
                    and not exists (
                        select 1 from scheduled_rotation s where s.previous_token_id = token.token_id)
                """, environment).executeUpdate();
    }

    /** Whether somebody may still write to a place on a lease that was taken by this moment. */
    @Transactional
    public boolean leasedSince(EnvironmentName environment, String moment) {
        return count("""
                        select count(*) from publication
                        where environment = :environment and lease_until > clock_timestamp()
                            and lease_until <= cast(:moment as timestamptz) + interval '15 seconds'
                        """, environment, moment) > 0;
    }

    /** Forgets copies that could not be there: the second place holds no tokens. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void forgetCopies(EnvironmentName environment) {
        query("delete from publication_copy where environment = :environment", environment)
                .executeUpdate();
    }

    private List<ConnectionId> ids(String condition, EnvironmentName environment, String after, int limit) {
        @SuppressWarnings("unchecked")
        List<String> ids = query(
                        "select connection_id from publication where " + condition
                                + " and connection_id > :after order by connection_id limit :limit",
                        environment)
                .setParameter("after", after)
                .setParameter("limit", limit)
                .getResultList();
        return ids.stream().map(ConnectionId::new).toList();
    }

    private long count(String sql, EnvironmentName environment, String... moment) {
        Query query = query(sql, environment);
        for (String value : moment) {
            query.setParameter("moment", value);
        }
        return ((Number) query.getSingleResult()).longValue();
    }

    private Query query(String sql, EnvironmentName environment) {
        return database.createNativeQuery(sql).setParameter("environment", environment.value());
    }
}
