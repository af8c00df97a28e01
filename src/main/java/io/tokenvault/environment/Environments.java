package io.tokenvault.environment;

import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.Mark;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The environments of this deployment, checked once at start; a move changes where they are. */
@Singleton
public class Environments {
    private static final Map<String, String> EMBEDDED_MARKS =
            Map.of("production", "prod", "sandbox", "sbx", "development", "dev");

    private final Map<EnvironmentName, Place> configured = new HashMap<>();
    private final Map<Mark, EnvironmentName> byMark = new HashMap<>();
    private volatile Map<EnvironmentName, Environment> byName;

    @Inject
    Environments(EnvironmentsConfig config) {
        this(configuredOrEmbedded(config, ConfigUtils.isProfileActive("embedded")));
    }

    public Environments(Collection<Environment> environments) {
        byName = Map.of();
        for (Environment environment : environments) {
            put(environment);
            configured.put(environment.name(), environment.place());
            EnvironmentName same = byMark.put(environment.mark(), environment.name());
            if (same != null) {
                throw new ConfigurationException("token-vault.environments: " + same + " and " + environment.name()
                        + " have the same mark, " + environment.mark());
            }
        }
    }

    private synchronized void put(Environment environment) {
        Map<EnvironmentName, Environment> next = new LinkedHashMap<>(byName);
        next.put(environment.name(), environment);
        byName = Collections.unmodifiableMap(next);
    }

    /** Where the settings say that the environment is. */
    Place configured(EnvironmentName name) {
        return Optional.ofNullable(configured.get(name))
                .orElseThrow(() -> new IllegalStateException("environment " + name + " is not configured"));
    }

    /** From now on the environment is there. */
    void settle(EnvironmentName name, Place place) {
        put(get(name).at(place));
    }

    /** In the order of their names. */
    public Collection<Environment> all() {
        return byName.values();
    }

    public Optional<Environment> find(EnvironmentName name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Optional<Environment> find(Mark mark) {
        return Optional.ofNullable(byMark.get(mark)).flatMap(this::find);
    }

    /** The environment of a row that exists; a row of one that is no longer configured is a fault of the deployment. */
    public Environment get(EnvironmentName name) {
        return find(name).orElseThrow(() -> new IllegalStateException("environment " + name + " is not configured"));
    }

    /** The inactivity limits in seconds, of those environments that have one. */
    public Map<EnvironmentName, Long> inactivitySeconds() {
        Map<EnvironmentName, Long> limits = new LinkedHashMap<>();
        byName.forEach((name, environment) -> {
            if (environment.policy().inactivityLimit() instanceof Duration limit) {
                limits.put(name, limit.toSeconds());
            }
        });
        return limits;
    }

    private static Collection<Environment> configuredOrEmbedded(EnvironmentsConfig config, boolean embedded) {
        Map<String, Environment> environments = new TreeMap<>();
        config.all().forEach((name, settings) -> environments.put(name, configured(name, settings)));
        if (environments.isEmpty() && embedded) {
            EMBEDDED_MARKS.forEach((name, mark) -> environments.put(name, embedded(name, mark)));
        }
        if (environments.isEmpty()) {
            throw new ConfigurationException(
                    "no environment is configured: set token-vault.environments.<name>.mark in a file");
        }
        return environments.values();
    }

    private static Environment configured(String name, EnvironmentsConfig.One settings) {
        try {
            EnvironmentName checked = EnvironmentName.parse(name)
                    .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not a name for an environment"));
            if (settings.rotation().period().isPresent() && settings.storage() == Environment.StorageMode.SEALED) {
                throw new IllegalArgumentException(
                        "rotation.period needs storage=secret, since nobody could read the new token");
            }
            return new Environment(
                    checked,
                    new Mark(settings.mark()),
                    settings.backend(),
                    settings.storage(),
                    new Environment.Policy(
                            settings.maxLife().orElse(null),
                            settings.inactivityLimit().orElse(null),
                            settings.rotation().period().orElse(null),
                            settings.rotation().overlap()));
        } catch (IllegalArgumentException invalid) {
            throw new ConfigurationException("token-vault.environments." + name + ": " + invalid.getMessage());
        }
    }

    private static Environment embedded(String name, String mark) {
        return new Environment(
                new EnvironmentName(name),
                new Mark(mark),
                "main",
                Environment.StorageMode.SECRET,
                new Environment.Policy(null, null, null, Duration.ofHours(24)));
    }
}
