package io.tokenvault.secrets;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.token.EnvironmentName;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The secrets backend of each environment. */
public final class Backends {
    private final Map<String, SecretsBackend> byName;
    private final Function<EnvironmentName, @Nullable String> names;

    /**
     * @param byName the backends by their configured names
     * @param names the name of the backend of each environment, {@link EnvironmentName#SYSTEM} among them
     */
    public Backends(Map<String, SecretsBackend> byName, Map<EnvironmentName, String> names) {
        this(byName, names, Map.copyOf(names)::get);
    }

    /**
     * @param configured the names in the settings, each of which must be one of a backend
     * @param present the name of the backend that an environment is in at the moment; null when there is no such one
     */
    public Backends(
            Map<String, SecretsBackend> byName,
            Map<EnvironmentName, String> configured,
            Function<EnvironmentName, @Nullable String> present) {
        this.byName = Map.copyOf(byName);
        this.names = present;
        configured.forEach((environment, backend) -> {
            if (!byName.containsKey(backend)) {
                String setting = environment.equals(EnvironmentName.SYSTEM)
                        ? "token-vault.system.backend"
                        : "token-vault.environments." + environment + ".backend";
                throw new ConfigurationException(
                        setting + ": there is no backend '" + backend + "'; set token-vault.backends." + backend
                                + ".type in a file" + (byName.isEmpty() ? "" : ", or name one of " + sorted(byName)));
            }
        });
    }

    /** The backend that keeps the secrets of the environment. */
    public SecretsBackend of(EnvironmentName environment) {
        return demand(nameOf(environment));
    }

    /** The backend of that name; {@link IllegalStateException} when none is configured under it. */
    public SecretsBackend demand(String name) {
        return named(name).orElseThrow(() -> new IllegalStateException("no backend " + name + " is configured"));
    }

    /** The configured name of that backend. */
    public String nameOf(EnvironmentName environment) {
        String name = names.apply(environment);
        if (name == null) {
            throw new IllegalStateException("environment " + environment + " is not configured");
        }
        return name;
    }

    /** The backend of that name; empty when none is configured under it. */
    public Optional<SecretsBackend> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All backends by their names. */
    public Map<String, SecretsBackend> all() {
        return byName;
    }

    private static String sorted(Map<String, SecretsBackend> byName) {
        return String.join(", ", byName.keySet().stream().sorted().toList());
    }
}
