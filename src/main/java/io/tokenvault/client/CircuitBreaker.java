package io.tokenvault.client;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Spares a service that does not answer, and the threads that would wait for it. After so many failures in a row it is open;
 * then one question passes in each pause, and the first success closes it. A question of which nothing more is heard
 * holds nothing up.
 */
final class CircuitBreaker {
    private final int threshold;
    private final Duration pause;
    private final LongSupplier nanoTime;

    private int failures;
    private long nextTrial;

    CircuitBreaker(int threshold, Duration pause, LongSupplier nanoTime) {
        this.threshold = threshold;
        this.pause = pause;
        this.nanoTime = nanoTime;
    }

    /** Whether a question may be asked now. */
    synchronized boolean lets() {
        if (failures < threshold) {
            return true;
        }
        long now = nanoTime.getAsLong();
        if (now - nextTrial < 0) {
            return false;
        }
        nextTrial = now + pause.toNanos();
        return true;
    }

    /** The service answered; whether that closed it. */
    synchronized boolean succeeded() {
        boolean wasOpen = failures >= threshold;
        failures = 0;
        return wasOpen;
    }

    /** It did not; whether that opened it. */
    synchronized boolean failed() {
        failures = Math.min(failures + 1, threshold + 1);
        if (failures >= threshold) {
            nextTrial = nanoTime.getAsLong() + pause.toNanos();
        }
        return failures == threshold;
    }
}
