package io.tokenvault.lifecycle.publication;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.scheduler.Scheduled;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.keyring.Sealer;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the secrets backend should hold for each connection, and how far it is. Wishes are written in the transaction of
 * the change; the {@link Publisher} takes them from here, one lease at a time.
 */
@ApplicationScoped
public class Publications {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration FIRST_DELETE_CHECK = Duration.ofHours(1);
    private static final Duration SECOND_DELETE_CHECK = Duration.ofHours(23);

    private final EntityManager database;
    private final Environments environments;
    private final Sealer sealer;

    Publications(EntityManager database, Environments environments, Sealer sealer) {
        this.database = database;
        this.environments = environments;
        this.sealer = sealer;
    }

    /**
     * One wish under a lease.
     *
     * @param value what to publish; null: nothing, the name is to be deleted
     */
    record Work(
            ConnectionId connection,
            EnvironmentName environment,
            long generation,
            @Nullable SecretValue value,
            int attempts) {}

    /** Wishes for {@code value} as what consumers read, in the running transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void want(Connection connection, SecretValue value) {
        byte[] sealed = sealer.seal(
                connection.environment(),
                context(connection.id()),
                value.reveal().toString().getBytes(UTF_8));
        boolean publish = environments.get(connection.environment()).storage() == Environment.StorageMode.SECRET;
        database.createNativeQuery("""
                        insert into publication (connection_id, environment, desired_generation, published_generation,
                            published_at, sealed_value, wanted, next_attempt_at)
                        values (:id, :environment, :generation, case when :publish then 0 else :generation end,
                            null, :sealed, 'VALUE', clock_timestamp())
                        on conflict (connection_id) do update set desired_generation = excluded.desired_generation,
                            published_generation = case when :publish then publication.published_generation
                                else excluded.desired_generation end,
                            sealed_value = excluded.sealed_value, next_attempt_at = excluded.next_attempt_at,
                            attempts = 0
                        """)
                .setParameter("id", connection.id().value())
                .setParameter("environment", connection.environment().value())
                .setParameter("generation", connection.generation())
                .setParameter("publish", publish)
                .setParameter("sealed", sealed)
                .executeUpdate();
    }

    /** Wishes for the name to be deleted, whether or not a value was ever there. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void wantNothing(Connection connection) {
        database.createNativeQuery("""
                        update publication set desired_generation = :generation, sealed_value = null,
                            wanted = 'NOTHING', next_attempt_at = clock_timestamp(), attempts = 0
                        where connection_id = :id
                        """)
                .setParameter("id", connection.id().value())
                .setParameter("generation", connection.generation())
                .executeUpdate();
    }

    /** When the wish of this connection was fulfilled; empty while it is not, and where nothing is published. */
    public Optional<Instant> publishedAt(ConnectionId id) {
        return Optional.ofNullable(publishedAt(List.of(id)).get(id));
    }

    /** The same for several; those whose wish is not fulfilled are left out. */
    @Transactional
    public Map<ConnectionId, Instant> publishedAt(Collection<ConnectionId> ids) {
        Map<ConnectionId, Instant> published = new HashMap<>();
        for (Object[] row : rows(database.createNativeQuery("""
                                select connection_id, published_at from publication
                                where connection_id = any (?1) and published_generation >= desired_generation
                                    and published_at is not null and wanted = 'VALUE'
                                """)
                .setParameter(1, ids.stream().map(ConnectionId::value).toArray(String[]::new)))) {
            published.put(new ConnectionId((String) row[0]), (Instant) row[1]);
        }
        return published;
    }

    /** Whether the backend has been brought to this generation or a later one. */
    @Transactional
    public boolean reached(ConnectionId id, long generation) {
        return !database.createNativeQuery(
                        "select 1 from publication where connection_id = ?1 and published_generation >= ?2")
                .setParameter(1, id.value())
                .setParameter(2, generation)
                .getResultList()
                .isEmpty();
    }

    /** Connections whose wish, or a check of a deletion, is due and under nobody's lease. */
    @Transactional
    List<ConnectionId> due(int limit) {
        @SuppressWarnings("unchecked")
        List<String> ids = database.createNativeQuery("""
                        select connection_id from publication
                        where (published_generation < desired_generation or delete_checks_left > 0)
                            and next_attempt_at <= now() and (lease_until is null or lease_until <= now())
                        order by next_attempt_at limit ?1
                        """, String.class)
                .setParameter(1, limit)
                .getResultList();
        return ids.stream().map(ConnectionId::new).toList();
    }

    /** Takes the lease on a wish that is not fulfilled; empty when there is none, or another has it. */
    @Transactional
    Optional<Work> lease(ConnectionId id, String owner) {
        List<Object[]> taken = rows(database.createNativeQuery("""
                        update publication set lease_owner = :owner, lease_until = now() + :lease * interval '1 second',
                            attempts = attempts + 1
                        where connection_id in (
                            select connection_id from publication
                            where connection_id = :id
                                and (published_generation < desired_generation
                                    or delete_checks_left > 0 and next_attempt_at <= now())
                                and (lease_until is null or lease_until <= now())
                            for update skip locked)
                        returning environment, desired_generation, sealed_value, attempts
                        """)
                .setParameter("owner", owner)
                .setParameter("lease", LEASE.toSeconds())
                .setParameter("id", id.value()));
        return taken.stream().findFirst().map(row -> {
            EnvironmentName environment = new EnvironmentName((String) row[0]);
            byte[] sealed = (byte[]) row[2];
            SecretValue value = sealed == null
                    ? null
                    : SecretValue.parse(new String(sealer.unseal(environment, context(id), sealed), UTF_8));
            return new Work(id, environment, ((Number) row[1]).longValue(), value, ((Number) row[3]).intValue());
        });
    }

    /** Records that the backend holds {@code work}; the overlap of the token before it starts now. */
    @Transactional
    void done(Work work) {
        // In the order of every other change: the connection first.
        database.createNativeQuery("select 1 from connection where connection_id = ?1 for update")
                .setParameter(1, work.connection().value())
                .getSingleResult();
        database.createNativeQuery("""
                        update publication set published_generation = greatest(published_generation, :generation),
                            published_at = date_trunc('milliseconds', clock_timestamp()),
                            lease_owner = null, lease_until = null, attempts = 0, last_failure = null,
                            delete_checks_left = case when wanted = 'VALUE' then 0
                                when published_generation < :generation then 2 else delete_checks_left - 1 end,
                            next_attempt_at = now() + case when published_generation < :generation
                                then :firstCheck else :secondCheck end * interval '1 second'
                        where connection_id = :id and desired_generation = :generation
                        """)
                .setParameter("id", work.connection().value())
                .setParameter("generation", work.generation())
                .setParameter("firstCheck", FIRST_DELETE_CHECK.toSeconds())
                .setParameter("secondCheck", SECOND_DELETE_CHECK.toSeconds())
                .executeUpdate();
        // A later wish came in the meantime: it is still to come.
        database.createNativeQuery("""
                        update publication set published_generation = greatest(published_generation, :generation),
                            lease_owner = null, lease_until = null, attempts = 0, last_failure = null
                        where connection_id = :id and desired_generation > :generation
                        """)
                .setParameter("id", work.connection().value())
                .setParameter("generation", work.generation())
                .executeUpdate();
        database.createNativeQuery("""
                        update token set retires_at = least(expires_at, date_trunc('milliseconds', clock_timestamp())
                            + overlap_ms * interval '1 millisecond')
                        where connection_id = :id and state = 'RETIRING' and retires_at is null
                            and generation < :generation
                        """)
                .setParameter("id", work.connection().value())
                .setParameter("generation", work.generation())
                .executeUpdate();
    }

    /** Gives the lease back after a failure, to try again after {@code pause}. */
    @Transactional
    void failed(Work work, String failure, Duration pause) {
        database.createNativeQuery("""
                        update publication set lease_owner = null, lease_until = null, last_failure = :failure,
                            next_attempt_at = now() + :pause * interval '1 millisecond'
                        where connection_id = :id
                        """)
                .setParameter("failure", failure)
                .setParameter("pause", pause.toMillis())
                .setParameter("id", work.connection().value())
                .executeUpdate();
    }

    /** Forgets the published values of current tokens that time has ended: nobody can need them any more. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @Transactional
    void scrub() {
        database.createNativeQuery("""
                        update publication set sealed_value = null
                        where sealed_value is not null and published_generation >= desired_generation
                            and exists (
                                select 1 from token t left join token_usage u using (token_id)
                                where t.connection_id = publication.connection_id and t.state = 'CURRENT' and (%s))
                        """.formatted(Tokens.ENDED_BY_TIME))
                .setParameter("limits", Tokens.json(environments.inactivitySeconds()))
                .executeUpdate();
    }

    @SuppressWarnings("unchecked")
    private static List<Object[]> rows(jakarta.persistence.Query query) {
        return query.getResultList();
    }

    private static String context(ConnectionId id) {
        return "publication:" + id;
    }
}
