package io.tokenvault.lifecycle.jobs;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.lifecycle.jobs.Job.Progress;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The jobs in the database. An environment has one at a time that has not ended, dry runs aside. */
@ApplicationScoped
public class Jobs {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final String COLUMNS = """
            job_id, kind, environment, state, dry_run, done, total, position, attempts, reason, detail, created_at,
                started_at, finished_at""";

    private final SecureRandom random = new SecureRandom();
    private final EntityManager database;
    private final AuditLog audit;

    Jobs(EntityManager database, AuditLog audit) {
        this.database = database;
        this.audit = audit;
    }

    /**
     * What to do.
     *
     * @param total how much work is known of so far
     */
    public record Order(
            JobKind kind,
            EnvironmentName environment,
            long total,
            @Nullable String reason,
            Origin origin) {}

    /**
     * Has a job done, from the commit of the running transaction on.
     *
     * @throws JobConflictException when another job of the environment has not ended
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Job submit(Order order) {
        return insert(order, false, null).orElseThrow(() -> new JobConflictException(order.environment()));
    }

    /** Records that it was asked what a job would do; it ends with {@code detail} at once. */
    @Transactional(Transactional.TxType.MANDATORY)
    public Job recordDryRun(Order order, String detail) {
        return insert(order, true, detail).orElseThrow();
    }

    private Optional<Job> insert(Order order, boolean dryRun, @Nullable String detail) {
        return one(database.createNativeQuery("""
                        insert into job (job_id, kind, environment, state, dry_run, total, reason, detail, created_by,
                            created_at, started_at, finished_at, next_attempt_at)
                        values (:id, :kind, :environment, :state, :dryRun, :total, :reason, :detail, :caller, now(),
                            case when :dryRun then now() end, case when :dryRun then now() end, now())
                        on conflict (environment) where state in ('QUEUED', 'RUNNING') do nothing
                        returning %s
                        """.formatted(COLUMNS))
                .setParameter("id", JobId.random(random).value())
                .setParameter("kind", order.kind().code())
                .setParameter("environment", order.environment().value())
                .setParameter("state", (dryRun ? Job.State.SUCCEEDED : Job.State.QUEUED).name())
                .setParameter("dryRun", dryRun)
                .setParameter("total", order.total())
                .setParameter("reason", order.reason())
                .setParameter("detail", detail)
                .setParameter("caller", order.origin().actor().operatorId()));
    }

    public Optional<Job> find(JobId id) {
        return one(database.createNativeQuery("select %s from job where job_id = :id".formatted(COLUMNS))
                .setParameter("id", id.value()));
    }

    /** Takes the lease on jobs that are due and under nobody's. */
    @Transactional
    List<Job> take(Collection<String> kinds, String owner, int limit) {
        return rows(database.createNativeQuery("""
                        update job set state = 'RUNNING', started_at = coalesce(started_at, now()), lease_owner = :owner,
                            lease_until = now() + :lease * interval '1 second', attempts = attempts + 1
                        where job_id in (
                            select job_id from job
                            where state in ('QUEUED', 'RUNNING') and kind = any (:kinds) and next_attempt_at <= now()
                                and (lease_until is null or lease_until <= now())
                            order by next_attempt_at limit :limit
                            for update skip locked)
                        returning %s
                        """.formatted(COLUMNS))
                .setParameter("owner", owner)
                .setParameter("lease", LEASE.toSeconds())
                .setParameter("kinds", kinds.toArray(String[]::new))
                .setParameter("limit", limit));
    }

    /** Records how far a job is and renews the lease; empty when the lease was lost. */
    @Transactional
    Optional<Job> advance(JobId id, String owner, JobStep.Onward step) {
        return one(database.createNativeQuery("""
                        update job set position = :position, done = :done, total = :total, detail = :detail, attempts = 1,
                            lease_until = now() + :lease * interval '1 second'
                        where job_id = :id and lease_owner = :owner and state = 'RUNNING'
                        returning %s
                        """.formatted(COLUMNS))
                .setParameter("position", step.position())
                .setParameter("done", step.progress().done())
                .setParameter("total", step.progress().total())
                .setParameter("detail", step.detail())
                .setParameter("lease", LEASE.toSeconds())
                .setParameter("id", id.value())
                .setParameter("owner", owner));
    }

    /** Gives the lease back, to go on after {@code pause}. */
    @Transactional
    void postpone(JobId id, String owner, String detail, int attempts, Duration pause) {
        database.createNativeQuery("""
                        update job set lease_owner = null, lease_until = null, detail = :detail, attempts = :attempts,
                            next_attempt_at = now() + :pause * interval '1 millisecond'
                        where job_id = :id and lease_owner = :owner and state = 'RUNNING'
                        """)
                .setParameter("detail", detail)
                .setParameter("attempts", attempts)
                .setParameter("pause", pause.toMillis())
                .setParameter("id", id.value())
                .setParameter("owner", owner)
                .executeUpdate();
    }

    /** Ends a job whose lease is held. */
    @Transactional
    void end(Job job, String owner, Job.State state, Progress progress, String detail) {
        int ended = database.createNativeQuery("""
                        update job set state = :state, done = :done, total = :total, detail = :detail,
                            finished_at = clock_timestamp(), lease_owner = null, lease_until = null
                        where job_id = :id and lease_owner = :owner and state = 'RUNNING'
                        """)
                .setParameter("state", state.name())
                .setParameter("done", progress.done())
                .setParameter("total", progress.total())
                .setParameter("detail", detail)
                .setParameter("id", job.id().value())
                .setParameter("owner", owner)
                .executeUpdate();
        if (ended > 0) {
            boolean succeeded = state == Job.State.SUCCEEDED;
            audit.append(new AuditEvent(
                    Origin.SERVICE,
                    succeeded ? "job.succeed" : "job.fail",
                    new AuditEvent.Subject("job", job.id().value()),
                    job.environment().equals(EnvironmentName.SYSTEM) ? null : job.environment(),
                    succeeded ? AuditEvent.Result.SUCCESS : AuditEvent.Result.FAILED,
                    detail));
        }
    }

    private static Optional<Job> one(Query query) {
        return rows(query).stream().findFirst();
    }

    @SuppressWarnings("unchecked")
    private static List<Job> rows(Query query) {
        return ((List<Object[]>) query.getResultList()).stream().map(Jobs::job).toList();
    }

    private static Job job(Object[] row) {
        return new Job(
                new JobId((String) row[0]),
                (String) row[1],
                new EnvironmentName((String) row[2]),
                Job.State.valueOf((String) row[3]),
                (Boolean) row[4],
                new Progress(((Number) row[5]).longValue(), ((Number) row[6]).longValue()),
                (String) row[7],
                ((Number) row[8]).intValue(),
                (String) row[9],
                (String) row[10],
                (Instant) row[11],
                (Instant) row[12],
                (Instant) row[13]);
    }
}
