package io.tokenvault.lifecycle.publication;

import io.tokenvault.secrets.Backends;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Two lanes to each backend, with one pace: one for what is published, and one for the copies of a move. */
@ApplicationScoped
class Lanes {
    private final Map<String, BackendLane> publishing = new LinkedHashMap<>();
    private final Map<String, BackendLane> copying = new LinkedHashMap<>();

    Lanes(Backends backends) {
        for (String backend : backends.all().keySet()) {
            WritePace pace = new WritePace(System::nanoTime);
            publishing.put(backend, new BackendLane(backend, pace));
            copying.put(backend, new BackendLane(backend, pace));
        }
    }

    Collection<BackendLane> all() {
        return publishing.values();
    }

    BackendLane of(String backend) {
        return existing(backend, publishing);
    }

    BackendLane copying(String backend) {
        return existing(backend, copying);
    }

    private static BackendLane existing(String backend, Map<String, BackendLane> lanes) {
        BackendLane lane = lanes.get(backend);
        if (lane == null) {
            throw new IllegalStateException("no backend " + backend + " is configured");
        }
        return lane;
    }
}
