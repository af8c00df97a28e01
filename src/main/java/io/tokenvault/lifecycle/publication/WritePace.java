package io.tokenvault.lifecycle.publication;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast one replica writes to one backend: up to 40 writes a second, below the 50 of AWS Secrets Manager, and half as
 * fast each time the backend says that it has too much. Callers who wait for their own publication take what they need;
 * the work in the background waits for what they leave, though never longer than a second for one write.
 */
final class WritePace {
    /** A put may be two calls to the store: one for the version, one that makes it current. */
    static final int PUT = 2;

    static final int DELETE = 1;

    private static final double FASTEST = 40;
    private static final double SLOWEST = 1;
    private static final double RECOVERY = 0.5;
    private static final double BURST = 10;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    private double rate = FASTEST;
    private double available = BURST;
    private long countedAt;

    WritePace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.countedAt = nanoTime.getAsLong();
    }

    /** Counts writes that do not wait; those in the background make up for them. */
    synchronized void take(int writes) {
        count();
        available = Math.max(available - writes, -rate);
    }

    /** Counts writes in the background, and says how long they have to wait for their turn. */
    synchronized Duration turn(int writes) {
        count();
        double missing = writes - available;
        available -= writes;
        if (missing <= 0) {
            return Duration.ZERO;
        }
        Duration wait = Duration.ofMillis((long) Math.ceil(1000 * missing / rate));
        if (wait.compareTo(LONGEST_WAIT) <= 0) {
            return wait;
        }
        available = Math.max(available, -rate);
        return LONGEST_WAIT;
    }

    /** The backend took a write. */
    synchronized void eased() {
        count();
        rate = Math.min(FASTEST, rate + RECOVERY);
    }

    /** The backend refused a write, because it has too much to do or is not there. */
    synchronized void slowed() {
        count();
        rate = Math.max(SLOWEST, rate / 2);
    }

    private void count() {
        long now = nanoTime.getAsLong();
        available = Math.min(BURST, available + rate * (now - countedAt) / 1e9);
        countedAt = now;
    }
}
