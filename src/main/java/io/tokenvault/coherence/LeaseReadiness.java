package io.tokenvault.coherence;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while this replica has a lease, which the database gives: a database that goes away for a moment takes nobody out
 * of service, one that stays away takes out those who could not answer anyway.
 */
@Readiness
@Singleton
public final class LeaseReadiness implements HealthCheck {
    private final LeaseKeeper keeper;

    @Inject
    public LeaseReadiness(LeaseKeeper keeper) {
        this.keeper = keeper;
    }

    @Override
    public HealthCheckResponse call() {
        boolean held = keeper.isHeld();
        return HealthCheckResponse.named("database")
                .status(held)
                .withData("lease", held ? "held" : "not held: the database did not answer for longer than it lasts")
                .withData("replication", keeper.isReplicationSynchronous() ? "synchronous" : "none or asynchronous")
                .build();
    }
}
