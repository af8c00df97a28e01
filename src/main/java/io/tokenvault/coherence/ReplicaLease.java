package io.tokenvault.coherence;

import java.time.Instant;

/** This replica's right to answer from what it keeps, and by which clock. Never asks the database; safe on any thread. */
public interface ReplicaLease {
    /** Whether an answer that is given now can miss no change that somebody was told is in force. */
    boolean isHeld();

    /**
     * Runs {@code insert}, which puts what was read into a {@link ReplicaCache}, unless the log went on since.
     *
     * @param head of the change log, read by the same statement as what is inserted
     * @return false when it was not run: what was read may be older than what this replica has applied
     */
    boolean keep(long head, Runnable insert);

    /**
     * The number up to which this replica knows the change log. What is read afterwards and comes with a lower head of the
     * log is not from the primary any more, and says nothing.
     */
    long applied();

    /** The time of the database, as known here: local monotonic time plus the offset that the last poll measured. */
    Instant now();
}
