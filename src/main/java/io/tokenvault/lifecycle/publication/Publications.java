package io.tokenvault.lifecycle.publication;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Place;
import io.tokenvault.environment.Places;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.keyring.Sealer;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
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
    private static final Duration FIRST_LOOK = Duration.ofMinutes(1);

    private final EntityManager database;
    private final Tokens tokens;
    private final Places places;
    private final Sealer sealer;
    private final DatabaseClock clock;

    Publications(EntityManager database, Tokens tokens, Places places, Sealer sealer, DatabaseClock clock) {
        this.database = database;
        this.tokens = tokens;
        this.places = places;
        this.sealer = sealer;
        this.clock = clock;
    }

    /** Wishes for {@code value} as what consumers read, in the running transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void want(Connection connection, SecretValue value) {
        byte[] sealed = sealer.seal(
                connection.environment(),
                context(connection.id()),
                value.reveal().toString().getBytes(UTF_8));
        boolean publish = places.hold(connection.environment()).place().holdsTokens();
        database.createNativeQuery("""
                        insert into publication (connection_id, environment, desired_generation, published_generation,
                            published_at, sealed_value, wanted, next_attempt_at)
                        values (:id, :environment, :generation, case when :publish then 0 else :generation end,
                            null, :sealed, 'VALUE', clock_timestamp())
                        on conflict (connection_id) do update set desired_generation = excluded.desired_generation,
                            published_generation = case when :publish then publication.published_generation
                                else excluded.desired_generation end,
                            wanted = 'VALUE', sealed_value = excluded.sealed_value, next_attempt_at = excluded.next_attempt_at,
                            waiting_since = case when publication.published_generation < publication.desired_generation
                                then publication.waiting_since else excluded.next_attempt_at end,
                            attempts = 0
                        """)
                .setParameter("id", connection.id().value())
                .setParameter("environment", connection.environment().value())
                .setParameter("generation", connection.generation())
                .setParameter("publish", publish)
                .setParameter("sealed", sealed)
                .executeUpdate();
    }

    /** Wishes for what consumers read to say that the current token was revoked, for connections locked by the caller. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void wantRevoked(Collection<ConnectionId> connections) {
        want("REVOKED", connections);
    }

    /** Wishes for the name to be deleted, whether or not a value was ever there. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void wantNothing(Connection connection) {
        want("NOTHING", List.of(connection.id()));
    }

    private void want(String wanted, Collection<ConnectionId> connections) {
        database.createNativeQuery("""
                        update publication p set desired_generation = c.generation, wanted = :wanted,
                            sealed_value = null, next_attempt_at = clock_timestamp(), attempts = 0,
                            waiting_since = case when p.published_generation < p.desired_generation
                                then p.waiting_since else clock_timestamp() end,
                            published_generation = case when c.environment = any (:sealed) then c.generation
                                else p.published_generation end
                        from connection c
                        where c.connection_id = p.connection_id and p.connection_id = any (:ids)
                        """)
                .setParameter("wanted", wanted)
                .setParameter("sealed", sealedAmong(connections))
                .setParameter("ids", texts(connections))
                .executeUpdate();
    }

    private String[] sealedAmong(Collection<ConnectionId> connections) {
        @SuppressWarnings("unchecked")
        List<String> environments = database.createNativeQuery(
                        "select distinct environment from connection where connection_id = any (?1) order by 1",
                        String.class)
                .setParameter(1, texts(connections))
                .getResultList();
        return environments.stream()
                .filter(name -> !places.hold(new EnvironmentName(name)).place().holdsTokens())
                .toArray(String[]::new);
    }

    private static String[] texts(Collection<ConnectionId> ids) {
        return ids.stream().map(ConnectionId::value).toArray(String[]::new);
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
                                    and published_at is not null
                                """).setParameter(1, texts(ids)))) {
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

    /** Connections of environments in this backend whose wish, or a check of a deletion, is due and under nobody's lease. */
    @Transactional
    List<ConnectionId> due(String backend, int limit) {
        @SuppressWarnings("unchecked")
        List<String> ids = database.createNativeQuery("""
                        select connection_id from publication
                        where (published_generation < desired_generation or delete_checks_left > 0)
                            and environment in (select environment from place where backend = ?1)
                            and next_attempt_at <= now() and (lease_until is null or lease_until <= now())
                            and not exists (select 1 from change_log_standing where restored_at is not null)
                        order by next_attempt_at limit ?2
                        """, String.class)
                .setParameter(1, backend)
                .setParameter(2, limit)
                .getResultList();
        return ids.stream().map(ConnectionId::new).toList();
    }

    /**
     * Takes the lease on a wish that is not fulfilled; empty when there is none, another has it, or the database was
     * restored and nobody has decided about it.
     */
    @Transactional
    Optional<PublicationWork> lease(ConnectionId id, String owner) {
        List<Object[]> taken = rows(database.createNativeQuery("""
                        update publication set lease_owner = :owner, lease_until = now() + :lease * interval '1 second',
                            attempts = attempts + 1
                        where connection_id in (
                            select connection_id from publication
                            where connection_id = :id
                                and (published_generation < desired_generation
                                    or delete_checks_left > 0 and next_attempt_at <= now())
                                and (lease_until is null or lease_until <= now())
                                and not exists (select 1 from change_log_standing where restored_at is not null)
                            for update skip locked)
                        returning environment, desired_generation, wanted, sealed_value, replace_first, attempts,
                            (select backend from place where place.environment = publication.environment),
                            (select storage from place where place.environment = publication.environment),
                            coalesce(published_at > now() - interval '10 minutes', false)
                        """)
                .setParameter("owner", owner)
                .setParameter("lease", LEASE.toSeconds())
                .setParameter("id", id.value()));
        return taken.stream().findFirst().map(row -> {
            EnvironmentName environment = new EnvironmentName((String) row[0]);
            long generation = ((Number) row[1]).longValue();
            SecretValue value = value(id, environment, generation, (String) row[2], (byte[]) row[3]);
            Place place = new Place((String) row[6], Environment.StorageMode.valueOf((String) row[7]));
            boolean replace = (Boolean) row[4];
            boolean soon = (Boolean) row[8];
            return new PublicationWork(
                    id, environment, place, generation, value, replace, soon, ((Number) row[5]).intValue());
        });
    }

    /** What consumers are to read; null when it is nothing. */
    @Nullable
    SecretValue value(ConnectionId id, EnvironmentName environment, long generation, String wanted, byte[] sealed) {
        return switch (wanted) {
            case "VALUE" -> unsealed(id, environment, sealed);
            case "REVOKED" -> TokenSecret.revoked(tokens.latest(id), generation);
            default -> null;
        };
    }

    private SecretValue unsealed(ConnectionId id, EnvironmentName environment, byte[] sealed) {
        return SecretValue.parse(new String(sealer.unseal(environment, context(id), sealed), UTF_8));
    }

    /**
     * Records that the backend holds {@code work}; the overlap of the token before starts, unless it waits for a use. If
     * the environment has moved meanwhile, that was another backend, and the wish is still to be fulfilled.
     */
    @Transactional
    void done(PublicationWork work) {
        // In the order of every other change: the connection first.
        database.createNativeQuery("select 1 from connection where connection_id = ?1 for no key update")
                .setParameter(1, work.connection().value())
                .getSingleResult();
        if (!places.hold(work.environment()).place().equals(work.place())) {
            failed(work, "the environment has moved", Duration.ZERO);
            return;
        }
        Instant now = clock.now();
        // A later wish that came in the meantime is still to come, and due at once.
        database.createNativeQuery("""
                        update publication set published_generation = greatest(published_generation, :generation),
                            published_at = :now, lease_owner = null, lease_until = null, attempts = 0,
                            last_failure = null, replace_first = false,
                            next_check_at = cast(:now as timestamptz) + :firstLook * interval '1 second',
                            delete_checks_left = case when wanted <> 'NOTHING' then 0
                                when published_generation < :generation then 2 else delete_checks_left - 1 end,
                            next_attempt_at = case when desired_generation > :generation then next_attempt_at
                                when published_generation < :generation then cast(:now as timestamptz) + :firstCheck * interval '1 second'
                                else cast(:now as timestamptz) + :secondCheck * interval '1 second' end
                        where connection_id = :id
                        """)
                .setParameter("now", now)
                .setParameter("generation", work.generation())
                .setParameter("firstLook", FIRST_LOOK.toSeconds())
                .setParameter("firstCheck", FIRST_DELETE_CHECK.toSeconds())
                .setParameter("secondCheck", SECOND_DELETE_CHECK.toSeconds())
                .setParameter("id", work.connection().value())
                .executeUpdate();
        database.createNativeQuery("""
                        update token set retires_at = least(expires_at, cast(:now as timestamptz) + overlap_ms * interval '1 millisecond')
                        where connection_id = :id and state = 'RETIRING' and retires_at is null
                            and generation < :generation
                            and not exists (select 1 from scheduled_rotation s where s.previous_token_id = token.token_id)
                        """)
                .setParameter("now", now)
                .setParameter("id", work.connection().value())
                .setParameter("generation", work.generation())
                .executeUpdate();
    }

    /** Gives the lease back after a failure, to try again after {@code pause}. */
    @Transactional
    void failed(PublicationWork work, String failure, Duration pause) {
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

    @SuppressWarnings("unchecked")
    private static List<Object[]> rows(Query query) {
        return query.getResultList();
    }

    private static String context(ConnectionId id) {
        return SealedPublications.CONTEXT + id;
    }
}
