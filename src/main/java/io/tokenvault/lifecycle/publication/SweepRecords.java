package io.tokenvault.lifecycle.publication;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Connections;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link Sweep} reads and decides. Healing is a wish like any other: a finding makes the publication due again,
 * and the {@link Publisher} writes to the backend.
 */
@ApplicationScoped
class SweepRecords {
    private static final Duration CONFIRMATION = Duration.ofSeconds(20);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(20);

    private final EntityManager database;
    private final Publications publications;
    private final Connections connections;
    private final AuditLog audit;

    SweepRecords(EntityManager database, Publications publications, Connections connections, AuditLog audit) {
        this.database = database;
        this.publications = publications;
        this.connections = connections;
        this.audit = audit;
    }

    /**
     * What the backend is to hold.
     *
     * @param backend its name
     * @param value null: nothing
     */
    record Expected(
            ConnectionId connection,
            EnvironmentName environment,
            String backend,
            long generation,
            @Nullable SecretValue value) {}

    /** What came of a finding. */
    enum Outcome {
        NOTHING,
        /** The next look decides. */
        SUSPECTED,
        HEALED,
        /** It would have been too much; nothing is overruled in this environment. */
        STOPPED,
        /** The same, and it is the first time. */
        NEWLY_STOPPED
    }

    /** Makes what was published within the last hour due at once: a crash may have cut it off. */
    @Transactional
    void lookAgainAtTheRecent(Collection<EnvironmentName> environments) {
        database.createNativeQuery("""
                        update publication set next_check_at = now()
                        where environment = any (?1) and published_at > now() - interval '1 hour' and next_check_at > now()
                        """).setParameter(1, texts(environments)).executeUpdate();
    }

    /** Connections of these environments that are to be looked at, the longest overdue first. */
    @Transactional
    List<ConnectionId> due(Collection<EnvironmentName> environments, int limit) {
        @SuppressWarnings("unchecked")
        List<String> ids = database.createNativeQuery("""
                        select connection_id from publication
                        where environment = any (?1) and published_generation >= desired_generation
                            and not exists (select 1 from change_log_standing where restored_at is not null)
                            and next_check_at <= now() and (lease_until is null or lease_until <= now())
                        order by next_check_at limit ?2
                        """, String.class)
                .setParameter(1, texts(environments))
                .setParameter(2, limit)
                .getResultList();
        return ids.stream().map(ConnectionId::new).toList();
    }

    /**
     * What the backend is to hold for this connection; empty while it is being brought there, and when the value was
     * forgotten because its token has ended: then it does not matter what is there.
     */
    @Transactional
    Optional<Expected> expected(ConnectionId id) {
        @SuppressWarnings("unchecked")
        List<Object[]> rows =
                database.createNativeQuery("""
                        select environment, desired_generation, wanted, sealed_value, backend
                        from publication join place using (environment)
                        where connection_id = ?1 and published_generation >= desired_generation
                            and (wanted <> 'VALUE' or sealed_value is not null)
                        """).setParameter(1, id.value()).getResultList();
        return rows.stream().findFirst().map(row -> {
            EnvironmentName environment = new EnvironmentName((String) row[0]);
            long generation = ((Number) row[1]).longValue();
            return new Expected(
                    id,
                    environment,
                    (String) row[4],
                    generation,
                    publications.value(id, environment, generation, (String) row[2], (byte[]) row[3]));
        });
    }

    /** Looks again after as long as the value has been there, between a minute and 20 hours. */
    @Transactional
    void lookAgainLater(ConnectionId id) {
        database.createNativeQuery("""
                        update publication set suspected_at = null, next_check_at = now() + least(
                            :longest * interval '1 second',
                            greatest(interval '1 minute', now() - coalesce(published_at, now())))
                        where connection_id = :id
                        """)
                .setParameter("longest", LONGEST_INTERVAL.toSeconds())
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Looks again after {@code pause}, whatever was found. */
    @Transactional
    void lookAgainIn(Duration pause, ConnectionId id) {
        database.createNativeQuery(
                        "update publication set next_check_at = now() + ?1 * interval '1 second' where connection_id = ?2")
                .setParameter(1, pause.toSeconds())
                .setParameter(2, id.value())
                .executeUpdate();
    }

    /** Decides on a finding, unless what is wanted has changed since. */
    @Transactional
    Outcome decide(Expected expected, Finding finding) {
        Connection connection = connections.lock(expected.connection()).orElseThrow();
        Boolean suspected = suspected(expected);
        if (suspected == null) {
            return Outcome.NOTHING;
        }
        if (finding.overrules()) {
            if (!suspected) {
                suspect(expected);
                return Outcome.SUSPECTED;
            }
            if (!mayOverrule(expected.environment())) {
                lookAgainIn(Duration.ofMinutes(10), expected.connection());
                return stop(expected.environment()) ? Outcome.NEWLY_STOPPED : Outcome.STOPPED;
            }
        }
        if (finding == Finding.ALTERED) {
            // What consumers should read has not changed, so the connection was not updated.
            connection.nextGeneration(connection.updatedAt());
            connections.flush();
        }
        wishAgain(expected, finding, connection.generation());
        audit.append(new AuditEvent(
                Origin.SERVICE,
                "secret.heal",
                new AuditEvent.Subject("connection", expected.connection().value()),
                expected.environment(),
                AuditEvent.Result.SUCCESS,
                finding.code()));
        return Outcome.HEALED;
    }

    private @Nullable Boolean suspected(Expected expected) {
        @SuppressWarnings("unchecked")
        List<Boolean> rows = database.createNativeQuery("""
                        select suspected_at is not null from publication
                        where connection_id = ?1 and desired_generation = ?2 and published_generation >= ?2
                            and (lease_until is null or lease_until <= now())
                        """, Boolean.class)
                .setParameter(1, expected.connection().value())
                .setParameter(2, expected.generation())
                .getResultList();
        return rows.isEmpty() ? null : rows.getFirst();
    }

    private void suspect(Expected expected) {
        database.createNativeQuery("""
                        update publication set suspected_at = now(), next_check_at = now() + ?1 * interval '1 second'
                        where connection_id = ?2
                        """)
                .setParameter(1, CONFIRMATION.toSeconds())
                .setParameter(2, expected.connection().value())
                .executeUpdate();
    }

    private void wishAgain(Expected expected, Finding finding, long generation) {
        database.createNativeQuery("""
                        update publication set desired_generation = :generation, published_generation = :generation - 1,
                            next_attempt_at = clock_timestamp(), waiting_since = clock_timestamp(), attempts = 0,
                            replace_first = :replace, suspected_at = null,
                            overruled_at = case when :overrules then clock_timestamp() else overruled_at end
                        where connection_id = :id
                        """)
                .setParameter("generation", generation)
                .setParameter("replace", finding == Finding.UNREADABLE)
                .setParameter("overrules", finding.overrules())
                .setParameter("id", expected.connection().value())
                .executeUpdate();
    }

    private boolean mayOverrule(EnvironmentName environment) {
        Object[] counts = (Object[]) database.createNativeQuery("""
                        select count(*) filter (
                                where suspected_at is not null or overruled_at > now() - interval '1 day'), count(*)
                        from publication where environment = ?1
                        """)
                .setParameter(1, environment.value())
                .getSingleResult();
        return Restraint.allows(((Number) counts[0]).longValue(), ((Number) counts[1]).longValue());
    }

    private boolean stop(EnvironmentName environment) {
        boolean newly = database.createNativeQuery("""
                        insert into sweep_stop (environment, stopped_at) values (?1, clock_timestamp())
                        on conflict (environment) do nothing
                        """)
                        .setParameter(1, environment.value())
                        .executeUpdate()
                == 1;
        if (newly) {
            audit.append(event("sweep.stop", environment));
        }
        return newly;
    }

    /** Ends the stop of those of these environments in which there is no longer too much to overrule. */
    @Transactional
    List<EnvironmentName> resume(Collection<EnvironmentName> environments) {
        @SuppressWarnings("unchecked")
        List<String> stopped = database.createNativeQuery(
                        "select environment from sweep_stop where environment = any (?1) for update", String.class)
                .setParameter(1, texts(environments))
                .getResultList();
        List<EnvironmentName> resumed = stopped.stream()
                .map(EnvironmentName::new)
                .filter(this::mayOverrule)
                .toList();
        for (EnvironmentName environment : resumed) {
            database.createNativeQuery("delete from sweep_stop where environment = ?1")
                    .setParameter(1, environment.value())
                    .executeUpdate();
            audit.append(event("sweep.resume", environment));
        }
        return resumed;
    }

    private static AuditEvent event(String action, EnvironmentName environment) {
        return new AuditEvent(
                Origin.SERVICE,
                action,
                new AuditEvent.Subject("environment", environment.value()),
                environment,
                AuditEvent.Result.SUCCESS,
                null);
    }

    private static String[] texts(Collection<EnvironmentName> environments) {
        return environments.stream().map(EnvironmentName::value).toArray(String[]::new);
    }
}
