package io.tokenvault.lifecycle.publication;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait after a failure. */
final class Backoff {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private Backoff() {}

    /**
     * Doubles with every attempt, up to a minute; a random half of it, so that replicas do not march in step.
     *
     * @param atLeast how long the backend wants to be left alone
     */
    static Duration after(int attempts, Duration atLeast) {
        long longest = Math.min(FIRST_PAUSE.toMillis() << Math.min(attempts - 1, 10), LONGEST_PAUSE.toMillis());
        Duration pause = Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
        return pause.compareTo(atLeast) < 0 ? atLeast : pause;
    }
}
