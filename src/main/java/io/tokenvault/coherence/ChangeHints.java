package io.tokenvault.coherence;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears of changes as they are committed (PostgreSQL LISTEN) and lets the {@link LeaseKeeper} look at once. A hint that is
 * lost is found by the next poll.
 */
@Singleton
class ChangeHints {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int WAIT_MILLIS = 1_000;
    private static final int CHECK_EVERY = 15;
    private static final long RETRY_MILLIS = 500;

    private final LeaseKeeper keeper;
    private final DirectConnection connection;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("change-hints").unstarted(this::run);
    private volatile boolean stopping;

    ChangeHints(LeaseKeeper keeper, AgroalDataSource pool) {
        this.keeper = keeper;
        this.connection = new DirectConnection(pool, "hints", PATIENCE);
    }

    void start(@Observes StartupEvent starting) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
    }

    private void run() {
        while (!stopping) {
            try {
                connection.run(this::listen);
            } catch (SQLException again) {
                pause();
            }
        }
        connection.close();
    }

    private boolean listen(Connection open) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute("listen token_vault_changes");
            keeper.hurry(); // for what was announced while nobody listened
            PGConnection listening = open.unwrap(PGConnection.class);
            for (int round = 1; !stopping; round++) {
                PGNotification[] heard = listening.getNotifications(WAIT_MILLIS);
                if (heard != null && heard.length > 0) {
                    keeper.hurry();
                } else if (round % CHECK_EVERY == 0) {
                    statement.execute("select 1"); // a connection that died silently is found out here
                }
            }
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
