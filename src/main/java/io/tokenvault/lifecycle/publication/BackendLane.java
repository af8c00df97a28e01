package io.tokenvault.lifecycle.publication;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The way to one backend: its own places and its own pace, so that a backend that hangs takes nothing from another one.
 * A place in the background is taken before a wish is leased, one of a caller after; neither holds a connection to the
 * database.
 */
final class BackendLane {
    private static final int BACKGROUND_PLACES = 8;
    private static final int CALLERS_PLACES = 64;
    private static final Duration CALLERS_PATIENCE = Duration.ofSeconds(1);

    private final String backend;
    private final Semaphore background = new Semaphore(BACKGROUND_PLACES);
    private final Semaphore callers = new Semaphore(CALLERS_PLACES);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final WritePace pace;

    /** @param pace of all who write to the backend */
    BackendLane(String backend, WritePace pace) {
        this.backend = backend;
        this.pace = pace;
    }

    String backend() {
        return backend;
    }

    WritePace pace() {
        return pace;
    }

    /** Waits for a place and for a turn; whoever got it must {@link #leave}. */
    void enter(int writes) throws InterruptedException {
        background.acquire();
        try {
            Thread.sleep(pace.turn(writes));
        } catch (InterruptedException stopping) {
            background.release();
            throw stopping;
        }
    }

    void leave() {
        background.release();
    }

    /** Whether a caller got a place, and must {@link #leaveAsCaller}; false when too many are waiting already. */
    boolean enterAsCaller(int writes) throws InterruptedException {
        if (!callers.tryAcquire(CALLERS_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        pace.take(writes);
        return true;
    }

    void leaveAsCaller() {
        callers.release();
    }

    /** Whether the caller is now the one that drains; it must {@link #drained} in the end. */
    boolean startDraining() {
        return draining.compareAndSet(false, true);
    }

    void drained() {
        draining.set(false);
    }
}
