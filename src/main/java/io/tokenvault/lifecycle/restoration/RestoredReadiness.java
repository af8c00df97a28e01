package io.tokenvault.lifecycle.restoration;

import io.tokenvault.coherence.RestoredDatabase;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Names a database that was restored from an old dump. The replica stays in service: through it the admin decides, and
 * its callers are told what is wrong.
 */
@Readiness
@Singleton
public final class RestoredReadiness implements HealthCheck {
    private final RestoredDatabase database;

    @Inject
    public RestoredReadiness(RestoredDatabase database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("database history")
                .up()
                .withData("state", database.isRestored() ? "restored from an old dump, to be decided" : "complete")
                .build();
    }
}
