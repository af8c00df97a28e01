package io.tokenvault.secrets.keyring;

import java.time.Duration;

/**
 * Whether the others still count on this replica. Keys are retired when every replica that has been seen lately knows
 * the newer ones; one that could not say so for a while must not make anything with its keys before it has looked.
 * Checking goes on meanwhile.
 */
final class Confirmation {
    /** Well below the time after which a silent replica is not waited for: what was begun before has ended by then. */
    private static final Duration VALID = Duration.ofSeconds(10);

    private volatile long at = System.nanoTime();

    /** @param since {@link System#nanoTime()} from before the others were told */
    void give(long since) {
        at = since;
    }

    boolean isValid() {
        return System.nanoTime() - at < VALID.toNanos();
    }

    /** @throws KeysUnconfirmedException when the confirmation has run out */
    void demand() {
        if (!isValid()) {
            throw new KeysUnconfirmedException();
        }
    }
}
