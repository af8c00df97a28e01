package io.tokenvault.lifecycle.publication;

import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.token.EnvironmentName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final List<EnvironmentName> environments;
    private final Semaphore background = new Semaphore(BACKGROUND_PLACES);
    private final Semaphore callers = new Semaphore(CALLERS_PLACES);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final WritePace pace = new WritePace(System::nanoTime);

    BackendLane(String backend, List<EnvironmentName> environments) {
        this.backend = backend;
        this.environments = List.copyOf(environments);
    }

    /** A lane for each backend, by the environments that use it. */
    static Map<EnvironmentName, BackendLane> of(Backends backends, Environments environments) {
        Map<String, List<EnvironmentName>> users = new LinkedHashMap<>();
        for (Environment environment : environments.all()) {
            users.computeIfAbsent(backends.nameOf(environment.name()), _ -> new ArrayList<>())
                    .add(environment.name());
        }
        Map<EnvironmentName, BackendLane> lanes = new LinkedHashMap<>();
        users.forEach((backend, names) -> {
            BackendLane lane = new BackendLane(backend, names);
            names.forEach(name -> lanes.put(name, lane));
        });
        return lanes;
    }

    String backend() {
        return backend;
    }

    List<EnvironmentName> environments() {
        return environments;
    }

    WritePace pace() {
        return pace;
    }

    /** Waits for a place and for a turn; whoever got it must {@link #leave}. */
    void enter() throws InterruptedException {
        background.acquire();
        try {
            Thread.sleep(pace.turn(WritePace.PUT));
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
