package io.tokenvault.coherence;

/**
 * Something in which this replica keeps what the primary said. Every bean of this type is told of the changes, in the
 * order of their log and one at a time, before the replica acknowledges them; it fills itself through
 * {@link ReplicaLease#keep} only.
 */
public interface ReplicaCache {
    /** Forgets whatever the change may have made untrue, also what it does not have. */
    void forget(Change change);

    /** Forgets all: this replica cannot tell what it missed. */
    void forgetEverything();
}
