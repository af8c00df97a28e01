package io.tokenvault.coherence;

import java.time.Instant;

/**
 * How and when a change came into force everywhere.
 *
 * @param how {@code uncached}: no replica keeps what it read, each asks the primary for every verdict, so that a change
 *     is in force with its commit
 * @param replicas how many replicas had to agree
 * @param effectiveAt no acceptance that starts later can miss the change
 */
public record Effective(How how, int replicas, Instant effectiveAt) {
    /** How a change came into force. */
    public enum How {
        UNCACHED
    }

    /** A change that was committed before {@code at}, while nothing is cached anywhere. */
    public static Effective uncached(Instant at) {
        return new Effective(How.UNCACHED, 1, at);
    }
}
