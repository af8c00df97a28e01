package io.tokenvault.lifecycle.jobs;

import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.secrets.SecretsBackendException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Does the jobs that are due, each under a lease. A replica that dies leaves its lease to run out; another one, or the
 * same after a restart, goes on from the last position that was recorded.
 */
@ApplicationScoped
class JobRunner {
    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final int AT_ONCE = 4;
    private static final Duration PAUSE = Duration.ofMillis(900);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int MOST_ATTEMPTS = 10;

    private final Jobs jobs;
    private final Map<String, JobKind> kinds;
    private final ExecutorService threads;
    private final String owner = UUID.randomUUID().toString();
    private volatile boolean stopping;

    JobRunner(Jobs jobs, @All List<JobKind> kinds, @VirtualThreads ExecutorService threads) {
        this.jobs = jobs;
        this.kinds = kinds.stream().collect(Collectors.toMap(JobKind::code, Function.identity()));
        this.threads = threads;
    }

    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void runWhatIsDue() {
        for (Job job : jobs.take(kinds.keySet(), owner, AT_ONCE)) {
            threads.execute(() -> run(job));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
    }

    private void run(Job taken) {
        try {
            Optional<Job> job = Optional.of(taken);
            while (job.isPresent()) {
                job = step(job.get());
            }
        } catch (RuntimeException unrecorded) {
            LOG.warnf(
                    "job %s is left until its lease ends: %s",
                    taken.id(), unrecorded.getClass().getName());
        }
    }

    /** The job after one more piece; empty when it is not for us to go on now. */
    private Optional<Job> step(Job job) {
        try {
            if (stopping) {
                jobs.postpone(job.id(), owner, "waiting for another replica", job.attempts(), Duration.ZERO);
                return Optional.empty();
            }
            return record(job, kind(job).advance(job));
        } catch (SecretsBackendException.Denied | SecretsBackendException.Rejected refused) {
            jobs.end(job, owner, Job.State.FAILED, job.progress(), String.valueOf(refused.getMessage()));
        } catch (SecretsBackendException unreachable) {
            retry(job, String.valueOf(unreachable.getMessage()));
        } catch (RuntimeException failed) {
            LOG.errorf(failed, "job %s of kind %s failed at %s", job.id(), job.kind(), job.position());
            if (job.attempts() < MOST_ATTEMPTS) {
                retry(job, "failed, will be tried again; the log says why");
            } else {
                jobs.end(job, owner, Job.State.FAILED, job.progress(), "failed too often; the log says why");
            }
        }
        return Optional.empty();
    }

    private Optional<Job> record(Job job, JobStep step) {
        return switch (step) {
            case JobStep.Onward onward -> jobs.advance(job.id(), owner, onward);
            case JobStep.Waiting waiting -> {
                jobs.postpone(job.id(), owner, waiting.detail(), 0, PAUSE);
                yield Optional.empty();
            }
            case JobStep.Finished finished -> {
                jobs.end(job, owner, Job.State.SUCCEEDED, finished.progress(), finished.detail());
                yield Optional.empty();
            }
            case JobStep.Refused refused -> {
                jobs.end(job, owner, Job.State.FAILED, job.progress(), refused.detail());
                yield Optional.empty();
            }
        };
    }

    private void retry(Job job, String detail) {
        long pause = Math.min(PAUSE.toMillis() << Math.min(job.attempts() - 1, 10), LONGEST_PAUSE.toMillis());
        jobs.postpone(job.id(), owner, detail, job.attempts(), Duration.ofMillis(pause));
    }

    private JobKind kind(Job job) {
        @Nullable JobKind kind = kinds.get(job.kind());
        if (kind == null) {
            throw new IllegalStateException("no job of kind " + job.kind() + " is known here");
        }
        return kind;
    }
}
