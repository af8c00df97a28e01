package io.tokenvault.lifecycle.publication;

import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Place;
import io.tokenvault.environment.Places;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the second place of an environment holds while it moves, one row for each name that may be there. The place is
 * kept at what consumers are to read until it is cleared; then names go, each once the first place has its value.
 */
@ApplicationScoped
class Copies {
    private static final Duration LEASE = Duration.ofSeconds(15);

    /** There is something to put, or to take away again, at the second place; nothing new comes to one that is cleared. */
    private static final String BEHIND = """
            coalesce(c.generation, 0) < p.desired_generation
                and (not l.clearing or c.connection_id is not null)
                and (p.wanted = 'REVOKED' or p.wanted = 'VALUE' and p.sealed_value is not null
                    or p.wanted = 'NOTHING' and c.connection_id is not null)""";

    private static final String CLEARED =
            "l.clearing and c.connection_id is not null and p.published_generation >= p.desired_generation";

    private final EntityManager database;
    private final Publications publications;
    private final Places places;

    Copies(EntityManager database, Publications publications, Places places) {
        this.database = database;
        this.publications = publications;
        this.places = places;
    }

    /**
     * One name under a lease.
     *
     * @param value what to put there; null: it is deleted
     * @param last whether nothing is to be there from now on
     */
    record Work(
            ConnectionId connection,
            EnvironmentName environment,
            Place place,
            long generation,
            @Nullable SecretValue value,
            boolean last,
            int attempts) {}

    /** Connections whose name in this backend, as a second place, is to be changed and under nobody's lease. */
    @Transactional
    List<ConnectionId> due(String backend, int limit) {
        @SuppressWarnings("unchecked")
        List<String> ids = database.createNativeQuery("""
                        select p.connection_id
                        from place l join publication p on p.environment = l.environment
                            left join publication_copy c on c.connection_id = p.connection_id
                        where l.second_backend = ?1 and l.second_storage = 'SECRET'
                            and (c.lease_until is null or c.lease_until <= now())
                            and (c.next_attempt_at is null or c.next_attempt_at <= now())
                            and not exists (select 1 from change_log_standing where restored_at is not null)
                            and (%s or %s)
                        order by coalesce(c.next_attempt_at, p.waiting_since) limit ?2
                        """.formatted(BEHIND, CLEARED), String.class)
                .setParameter(1, backend)
                .setParameter(2, limit)
                .getResultList();
        return ids.stream().map(ConnectionId::new).toList();
    }

    /** Takes the lease on a name; empty when there is nothing to do, or another has it. */
    @Transactional
    Optional<Work> lease(ConnectionId id, String owner) {
        boolean taken = database.createNativeQuery("""
                        insert into publication_copy (connection_id, environment, generation, next_attempt_at,
                            lease_owner, lease_until, attempts)
                        select connection_id, environment, 0, now(), :owner, now() + :lease * interval '1 second', 1
                        from publication p join place l using (environment)
                        where connection_id = :id and (not l.clearing
                            or exists (select 1 from publication_copy c where c.connection_id = p.connection_id))
                        on conflict (connection_id) do update set lease_owner = excluded.lease_owner,
                            lease_until = excluded.lease_until, attempts = publication_copy.attempts + 1
                        where publication_copy.lease_until is null or publication_copy.lease_until <= now()
                        """)
                        .setParameter("owner", owner)
                        .setParameter("lease", LEASE.toSeconds())
                        .setParameter("id", id.value())
                        .executeUpdate()
                == 1;
        if (!taken) {
            return Optional.empty();
        }
        Optional<Work> work = work(id);
        if (work.isEmpty()) {
            release(id, "nothing to do", Duration.ZERO);
        }
        return work;
    }

    /** A statement after the lease, so that it sees what was committed before that. */
    private Optional<Work> work(ConnectionId id) {
        return rows(database.createNativeQuery("""
                        select p.environment, l.second_backend, l.second_storage, p.desired_generation, p.wanted,
                            p.sealed_value, %s, c.attempts
                        from place l join publication p on p.environment = l.environment
                            join publication_copy c on c.connection_id = p.connection_id
                        where p.connection_id = ?1 and l.second_storage = 'SECRET' and (%s or %s)
                        """.formatted(CLEARED, BEHIND, CLEARED))
                        .setParameter(1, id.value()))
                .stream()
                .findFirst()
                .map(row -> {
                    EnvironmentName environment = new EnvironmentName((String) row[0]);
                    long generation = ((Number) row[3]).longValue();
                    boolean last = (Boolean) row[6];
                    return new Work(
                            id,
                            environment,
                            new Place((String) row[1], Environment.StorageMode.valueOf((String) row[2])),
                            generation,
                            last
                                    ? null
                                    : publications.value(id, environment, generation, (String) row[4], (byte[]) row[5]),
                            last,
                            ((Number) row[7]).intValue());
                });
    }

    /** Records what the second place holds now, unless the environment has moved on meanwhile. */
    @Transactional
    void done(Work work) {
        if (!work.place().equals(places.hold(work.environment()).second())) {
            release(work.connection(), "the environment has moved", Duration.ZERO);
        } else if (work.last()) {
            database.createNativeQuery("delete from publication_copy where connection_id = ?1")
                    .setParameter(1, work.connection().value())
                    .executeUpdate();
        } else {
            database.createNativeQuery("""
                            update publication_copy set generation = greatest(generation, ?1), attempts = 0,
                                lease_owner = null, lease_until = null, last_failure = null, next_attempt_at = now()
                            where connection_id = ?2
                            """)
                    .setParameter(1, work.generation())
                    .setParameter(2, work.connection().value())
                    .executeUpdate();
        }
    }

    /** Gives the lease back after a failure, to try again after {@code pause}. */
    @Transactional
    void failed(Work work, String failure, Duration pause) {
        release(work.connection(), failure, pause);
    }

    private void release(ConnectionId connection, String why, Duration pause) {
        database.createNativeQuery("""
                        update publication_copy set lease_owner = null, lease_until = null, last_failure = ?1,
                            next_attempt_at = now() + ?2 * interval '1 millisecond'
                        where connection_id = ?3
                        """)
                .setParameter(1, why)
                .setParameter(2, pause.toMillis())
                .setParameter(3, connection.value())
                .executeUpdate();
    }

    @SuppressWarnings("unchecked")
    private static List<Object[]> rows(Query query) {
        return query.getResultList();
    }
}
