package io.tokenvault.coherence;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** A replica that keeps nothing: it asks the primary for everything, and so misses no change. */
@DefaultBean
@ApplicationScoped
class LoneReplica implements ReplicaLease {

    @Override
    public boolean isHeld() {
        return true;
    }

    @Override
    public boolean keep(long head, Runnable insert) {
        return false;
    }

    @Override
    public Instant now() {
        return Instant.now();
    }
}
