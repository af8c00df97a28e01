package io.tokenvault.coherence;

import java.time.Duration;

/**
 * The times of the protocol, from the one that users set: the bound W after which no replica answers from before a
 * change, whatever became of it. Two clocks run at rates that differ by {@value #DRIFT} at most, and a thread is
 * scheduled within {@link #SLACK} of its time.
 */
record LeaseTerms(Duration bound) {
    static final double DRIFT = 0.005;
    static final Duration SLACK = Duration.ofMillis(50);
    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration MOST_PATIENT = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    LeaseTerms {
        if (bound.compareTo(SHORTEST) < 0 || bound.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("token-vault.lease must be from PT1S to PT5M, and is " + bound);
        }
    }

    /** How long a replica may answer after it sent the poll that granted the lease, by its own clock. */
    long leaseNanos() {
        return (long) (length() * (1 - DRIFT));
    }

    /** How long a revoker waits after its commit, by its own clock, when a replica says nothing. */
    long waitNanos() {
        return bound.toNanos();
    }

    /** The time between two polls when nothing happens. */
    long pollNanos() {
        return Math.min(LONGEST_PAUSE.toNanos(), leaseNanos() / 5);
    }

    /** How long to wait for the database, so that a dead connection is replaced before it has cost the lease. */
    Duration patience() {
        return Duration.ofSeconds(Math.clamp(bound.toSeconds() / 3, 1, MOST_PATIENT.toSeconds()));
    }

    private double length() {
        return bound.minus(SLACK).toNanos() / (1 + DRIFT);
    }
}
