package io.tokenvault.lifecycle.jobs;

import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.JobId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One background job, as it was when it was read.
 *
 * @param position how far it is, in the words of its {@link JobKind}; empty at first
 * @param reason a person's words
 * @param detail what it does, waits for or ended with, for people; never a secret
 */
public record Job(
        JobId id,
        String kind,
        EnvironmentName environment,
        State state,
        boolean dryRun,
        Progress progress,
        String position,
        int attempts,
        @Nullable String reason,
        @Nullable String detail,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {

    /** What became of it so far. A dry run is recorded as succeeded at once. */
    public enum State {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    /** How much of the work is done; the total may turn out to be another. */
    public record Progress(long done, long total) {
        public static final Progress NONE = new Progress(0, 0);

        public Progress plus(long more) {
            return new Progress(done + more, Math.max(total, done + more));
        }
    }
}
