package io.tokenvault.validation;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** So many reads of the database at once, and so many that wait for their turn; the others are turned away. */
final class ReadLane {
    private final ExecutorService virtualThreads;
    private final Semaphore turns;
    private final int most;
    private final AtomicInteger under = new AtomicInteger();

    ReadLane(ExecutorService virtualThreads, int atOnce, int waiting) {
        this.virtualThreads = virtualThreads;
        this.turns = new Semaphore(atOnce, true);
        this.most = atOnce + waiting;
    }

    /** Runs {@code read} on a virtual thread when it is its turn; false when too many are waiting. */
    boolean execute(Runnable read) {
        if (under.incrementAndGet() > most) {
            under.decrementAndGet();
            return false;
        }
        virtualThreads.execute(() -> {
            turns.acquireUninterruptibly();
            try {
                read.run();
            } finally {
                turns.release();
                under.decrementAndGet();
            }
        });
        return true;
    }
}
