package io.tokenvault.coherence;

import java.time.Instant;

/**
 * How and when a change came into force everywhere.
 *
 * @param replicas how many replicas had to agree
 * @param effectiveAt no acceptance that starts later can miss the change
 */
public record Effective(How how, int replicas, Instant effectiveAt) {
    /** How a change came into force. */
    public enum How {
        /** Every replica has said that it knows the change. */
        ACKNOWLEDGED,
        /** The lease of each replica that said nothing has run out. */
        LEASE_EXPIRED,
        /** There is only one replica, and it knows the change. */
        SINGLE_REPLICA
    }
}
