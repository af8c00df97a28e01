package io.tokenvault.secrets.keyring;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.environment.Places;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.KeysChanged;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Keeps the keyrings of this replica up with what the database announces, and tells the others every second which ones
 * it has and where it looks. It is on record before it reads its first key, so that neither a rotation nor a move passes
 * it by.
 */
@Singleton
class KeyringWatch {
    private static final Logger LOG = Logger.getLogger(KeyringWatch.class);

    private final Keyrings keyrings;
    private final KeyringRecords records;
    private final KeyringReplicas replicas;
    private final Places places;
    private final Event<KeysChanged> changed;
    private final Map<EnvironmentName, Long> handedOn = new HashMap<>();

    KeyringWatch(Keyrings keyrings, Places places, DataSource database, Event<KeysChanged> changed) {
        this.keyrings = keyrings;
        this.places = places;
        this.records = new KeyringRecords(database);
        this.replicas = new KeyringReplicas(database);
        this.changed = changed;
    }

    void register(@Observes @Priority(Places.START_PRIORITY - 1) StartupEvent starting) {
        try {
            replicas.forgetSilent();
            replicas.enter(Map.of(), Map.of());
        } catch (SQLException failed) {
            // The keyrings cannot be read either then, and say so.
            LOG.warnf("this replica is not on record: SQL state %s", failed.getSQLState());
        }
    }

    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void look() {
        try {
            long since = System.nanoTime();
            places.refresh();
            catchUp();
            handOn();
            replicas.report(keyrings.generations(), places.epochs());
            if (keyrings.confirmation().isValid() || isComplete()) {
                keyrings.confirmation().give(since);
            }
        } catch (SQLException failed) {
            LOG.warnf("the database could not be asked for news of keyrings: SQL state %s", failed.getSQLState());
        }
    }

    void leave(@Observes ShutdownEvent stopping) {
        try {
            replicas.leave();
        } catch (SQLException failed) {
            LOG.debugf("this replica stays on record until the others miss it: SQL state %s", failed.getSQLState());
        }
    }

    /** Whether this replica, after a silence, has everything that is announced, so that the others may count on it. */
    private boolean isComplete() throws SQLException {
        replicas.enter(keyrings.generations(), places.epochs());
        boolean complete = catchUp();
        handOn();
        return complete;
    }

    /** Whether every keyring is of the announced generation or a later one. */
    private boolean catchUp() throws SQLException {
        Map<EnvironmentName, Long> announced = records.generations();
        boolean complete = true;
        for (Map.Entry<EnvironmentName, Long> loaded : keyrings.generations().entrySet()) {
            EnvironmentName environment = loaded.getKey();
            if (announced.getOrDefault(environment, 0L) > loaded.getValue()) {
                complete &= reload(environment);
            }
        }
        return complete;
    }

    private boolean reload(EnvironmentName environment) throws SQLException {
        try {
            if (keyrings.reload(environment)) {
                LOG.infof("loaded keyring generation %d of %s", keyrings.generation(environment), environment);
                return true;
            }
            LOG.warnf("the backend does not hold the announced keyring of environment %s yet", environment);
        } catch (SecretsBackendException failed) {
            LOG.warnf("the keyring of environment %s could not be read: %s", environment, failed.getMessage());
        }
        return false;
    }

    private void handOn() {
        keyrings.generations().forEach((environment, generation) -> {
            if (!generation.equals(handedOn.get(environment))) {
                changed.fire(new KeysChanged(environment));
                handedOn.put(environment, generation);
            }
        });
    }
}
