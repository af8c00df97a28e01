package io.tokenvault.http;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the database has answered; after that the lease decides, so that a database that goes away for a moment
 * does not take every replica out of service at once.
 */
@Readiness
@Singleton
public final class DatabaseReadiness implements HealthCheck {
    private static final int PATIENCE_SECONDS = 2;

    private final DataSource database;
    private volatile boolean reached;

    @Inject
    public DatabaseReadiness(DataSource database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        reached = reached || answers();
        return HealthCheckResponse.named("database")
                .status(reached)
                .withData("since_start", reached ? "reached" : "not reached")
                .build();
    }

    private boolean answers() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(PATIENCE_SECONDS);
        } catch (SQLException _) {
            return false;
        }
    }
}
