package io.tokenvault.environment;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.token.EnvironmentName;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Where each environment lives. The settings say it once, at the first start; from then on the database does, and a move
 * changes it. Settings that still name the place that an environment was moved from are overruled, loudly; settings that
 * name any other are a mistake, and end the start.
 */
@Singleton
public class Places {
    /** Priority of the observer of the start: before anybody reads a secret. */
    public static final int START_PRIORITY = -200;

    private static final Logger LOG = Logger.getLogger(Places.class);

    private final Environments environments;
    private final PlaceRecords records;
    private volatile Map<EnvironmentName, Residence> known = Map.of();

    Places(Environments environments, DataSource database, MeterRegistry meters) {
        this.environments = environments;
        this.records = new PlaceRecords(database);
        for (Environment environment : environments.all()) {
            EnvironmentName name = environment.name();
            Gauge.builder("token_vault.place.overruled", () -> overrules(name) ? 1 : 0)
                    .tag("environment", name.value())
                    .register(meters);
            Gauge.builder("token_vault.place.second", () -> isInTwoPlaces(name) ? 1 : 0)
                    .tag("environment", name.value())
                    .register(meters);
        }
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        try {
            for (Environment environment : environments.all()) {
                records.settle(environment.name(), environments.configured(environment.name()));
            }
            refresh();
        } catch (SQLException failed) {
            throw new ConfigurationException(
                    "the database could not say where the environments and their keyrings are (SQL state "
                            + failed.getSQLState() + "); make it reachable and start again");
        }
        environments.all().forEach(environment -> compare(environment.name()));
    }

    private void compare(EnvironmentName environment) {
        Place configured = environments.configured(environment);
        Residence residence = known(environment);
        if (configured.equals(residence.place())) {
            return;
        }
        if (!configured.equals(residence.left()) && !configured.equals(residence.second())) {
            throw new ConfigurationException("environment " + environment + ": its keyring and secrets are in "
                    + residence.place() + ", as the database remembers, and the settings say " + configured
                    + "; set token-vault.environments." + environment
                    + ".backend and .storage as it is, start, and move"
                    + " it with POST /v1/environments/" + environment + "/move");
        }
        LOG.warnf(
                "environment %s was moved: it is in %s, and the settings still say %s; the database is followed."
                        + " Change token-vault.environments.%s",
                environment, residence.place(), configured, environment);
    }

    /** Reads again where the environments live. */
    public void refresh() throws SQLException {
        Map<EnvironmentName, Residence> read = records.all();
        for (Environment environment : environments.all()) {
            Residence residence = read.get(environment.name());
            if (residence != null && !residence.place().equals(environment.place())) {
                environments.settle(environment.name(), residence.place());
                if (!known.isEmpty()) {
                    LOG.infof("environment %s is in %s from now on", environment.name(), residence.place());
                }
            }
        }
        known = Map.copyOf(read);
    }

    /** Which epoch of each environment this replica acts upon. */
    public Map<EnvironmentName, Long> epochs() {
        return known.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().epoch()));
    }

    /** Where the environment lives, as it was read a second ago at most. */
    public Residence known(EnvironmentName environment) {
        return existing(environment, Optional.ofNullable(known.get(environment)));
    }

    /**
     * Where the environment lives, until the running transaction ends: the switch of a move waits for it. To be called
     * before anything of tokens or publications is changed in that transaction.
     */
    public Residence hold(EnvironmentName environment) {
        try {
            return existing(environment, records.hold(environment));
        } catch (SQLException failed) {
            throw unreachable(failed);
        }
    }

    /** As {@link #hold}, for whoever changes it: everybody else waits until the running transaction ends. */
    public Residence seize(EnvironmentName environment) {
        try {
            return existing(environment, records.seize(environment));
        } catch (SQLException failed) {
            throw unreachable(failed);
        }
    }

    /** Reads again, on this replica at once, what the others see within a second. */
    public void look() {
        try {
            refresh();
        } catch (SQLException failed) {
            throw unreachable(failed);
        }
    }

    /** Changes where a seized environment lives. */
    public void replace(EnvironmentName environment, Residence next) {
        try {
            records.replace(environment, next);
        } catch (SQLException failed) {
            throw unreachable(failed);
        }
    }

    private boolean overrules(EnvironmentName environment) {
        return !environments
                .configured(environment)
                .equals(environments.get(environment).place());
    }

    private boolean isInTwoPlaces(EnvironmentName environment) {
        Residence residence = known.get(environment);
        return residence != null && residence.second() != null;
    }

    private static Residence existing(EnvironmentName environment, Optional<Residence> found) {
        return found.orElseThrow(
                () -> new IllegalStateException("it is not known where environment " + environment + " lives"));
    }

    private static IllegalStateException unreachable(SQLException failed) {
        return new IllegalStateException("the table of places cannot be reached", failed);
    }
}
