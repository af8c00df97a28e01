package io.tokenvault.secrets;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.local.LocalSecretsBackend;
import io.tokenvault.secrets.vault.VaultSecretsBackend;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets backend of each environment. Each named backend is made once, at the start; a setting that is missing,
 * unknown, or unsafe without being called so stops the start.
 */
@Singleton
public class Backends {
    private static final String SETTINGS = "token-vault.backends.";
    private static final String EMBEDDED_NAME = "main";
    private static final Path EMBEDDED_DIRECTORY = Path.of(".token-vault", "secrets");
    private static final Path EMBEDDED_KEY_FILE = Path.of(".token-vault", "key");

    private final Map<String, SecretsBackend> byName;
    private final Map<EnvironmentName, String> names;

    @Inject
    Backends(
            BackendsConfig config,
            UnsafeConfig unsafe,
            SystemConfig system,
            Environments environments,
            MeterRegistry meters) {
        this(made(config, unsafe, ConfigUtils.isProfileActive("embedded"), meters), names(system, environments));
    }

    /**
     * @param byName the backends by their configured names
     * @param names the name of the backend of each environment, {@link EnvironmentName#SYSTEM} among them
     */
    public Backends(Map<String, SecretsBackend> byName, Map<EnvironmentName, String> names) {
        this.byName = Map.copyOf(byName);
        this.names = Map.copyOf(names);
        names.forEach((environment, backend) -> {
            if (!byName.containsKey(backend)) {
                String setting = environment.equals(EnvironmentName.SYSTEM)
                        ? "token-vault.system.backend"
                        : "token-vault.environments." + environment + ".backend";
                throw new ConfigurationException(setting + ": there is no backend '" + backend + "'; set " + SETTINGS
                        + backend + ".type in a file" + (byName.isEmpty() ? "" : ", or name one of " + sorted(byName)));
            }
        });
    }

    /** The backend that keeps the secrets of the environment. */
    public SecretsBackend of(EnvironmentName environment) {
        return named(nameOf(environment))
                .orElseThrow(() -> new IllegalStateException("no backend for environment " + environment));
    }

    /** The configured name of that backend. */
    public String nameOf(EnvironmentName environment) {
        String name = names.get(environment);
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

    static Map<String, SecretsBackend> made(
            BackendsConfig config, UnsafeConfig unsafe, boolean embedded, MeterRegistry meters) {
        Map<String, SecretsBackend> backends = new LinkedHashMap<>();
        config.all().forEach((name, settings) -> backends.put(name, made(name, settings, unsafe, meters)));
        if (backends.isEmpty() && embedded) {
            SecretsBackend local = local(EMBEDDED_NAME, EMBEDDED_DIRECTORY, EMBEDDED_KEY_FILE, unsafe);
            backends.put(EMBEDDED_NAME, decorated(EMBEDDED_NAME, local, meters));
        }
        return backends;
    }

    private static SecretsBackend made(
            String name, BackendsConfig.One settings, UnsafeConfig unsafe, MeterRegistry meters) {
        try {
            SecretsBackend adapter = switch (settings.type()) {
                case LOCAL -> {
                    Path directory = settings.directory()
                            .orElseThrow(() -> new IllegalArgumentException("directory is missing"));
                    yield local(name, directory, keyFile(settings, directory), unsafe);
                }
                case VAULT -> VaultSecretsBackend.connect(name, settings, unsafe);
            };
            return decorated(name, adapter, meters);
        } catch (IllegalArgumentException refused) {
            throw new ConfigurationException(SETTINGS + name + ": " + refused.getMessage());
        }
    }

    /** The decorators of every backend, the outermost last. */
    private static SecretsBackend decorated(String name, SecretsBackend adapter, MeterRegistry meters) {
        return new MeteredSecretsBackend(name, adapter, meters);
    }

    private static SecretsBackend local(String name, Path directory, Path keyFile, UnsafeConfig unsafe) {
        if (!unsafe.localBackend()) {
            throw new ConfigurationException(SETTINGS + name
                    + ": type local is for development; set token-vault.unsafe.local-backend=true to use it anyway");
        }
        try {
            return LocalSecretsBackend.open(name, directory, keyFile);
        } catch (IllegalArgumentException refused) {
            throw new ConfigurationException(SETTINGS + name + ": " + refused.getMessage());
        }
    }

    private static Path keyFile(BackendsConfig.One settings, Path directory) {
        return settings.keyFile().orElseGet(() -> {
            Path absolute = directory.toAbsolutePath().normalize();
            return absolute.resolveSibling(absolute.getFileName() + ".key");
        });
    }

    private static Map<EnvironmentName, String> names(SystemConfig system, Environments environments) {
        Map<EnvironmentName, String> names = new LinkedHashMap<>();
        names.put(EnvironmentName.SYSTEM, system.backend());
        for (Environment environment : environments.all()) {
            names.put(environment.name(), environment.backend());
        }
        return names;
    }

    private static String sorted(Map<String, SecretsBackend> byName) {
        return String.join(", ", byName.keySet().stream().sorted().toList());
    }
}
