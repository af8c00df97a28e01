package io.tokenvault.secrets.assembly;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.ObservedSecretsBackend;
import io.tokenvault.secrets.ObservedSecretsBackend.Telemetry;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SystemConfig;
import io.tokenvault.secrets.UnsafeConfig;
import io.tokenvault.secrets.aws.AwsSecretsBackend;
import io.tokenvault.secrets.azure.AzureSecretsBackend;
import io.tokenvault.secrets.local.LocalSecretsBackend;
import io.tokenvault.secrets.vault.VaultSecretsBackend;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes each named backend once, at the start. A setting that is missing, unknown, or unsafe without being called so
 * stops the start.
 */
@Singleton
final class BackendAssembly {
    private static final String SETTINGS = "token-vault.backends.";
    private static final String EMBEDDED_NAME = "main";
    private static final Path EMBEDDED_DIRECTORY = Path.of(".token-vault", "secrets");
    private static final Path EMBEDDED_KEY_FILE = Path.of(".token-vault", "key");

    private BackendAssembly() {}

    @Produces
    @Singleton
    static Backends backends(
            BackendsConfig config,
            UnsafeConfig unsafe,
            SystemConfig system,
            Environments environments,
            MeterRegistry meters,
            Tracer tracer) {
        Map<EnvironmentName, String> names = names(system, environments);
        return new Backends(
                made(config, unsafe, ConfigUtils.isProfileActive("embedded"), names, new Telemetry(meters, tracer)),
                names,
                environment -> environment.equals(EnvironmentName.SYSTEM)
                        ? system.backend()
                        : environments
                                .find(environment)
                                .map(Environment::backend)
                                .orElse(null));
    }

    static Map<String, SecretsBackend> made(
            BackendsConfig config,
            UnsafeConfig unsafe,
            boolean embedded,
            Map<EnvironmentName, String> names,
            Telemetry telemetry) {
        Map<String, SecretsBackend> backends = new LinkedHashMap<>();
        config.all()
                .forEach((name, settings) ->
                        backends.put(name, made(name, settings, unsafe, embedded, probe(name, names), telemetry)));
        if (backends.isEmpty() && embedded) {
            SecretsBackend local = local(EMBEDDED_NAME, EMBEDDED_DIRECTORY, EMBEDDED_KEY_FILE, unsafe);
            backends.put(EMBEDDED_NAME, decorated(EMBEDDED_NAME, local, telemetry));
        }
        return backends;
    }

    private static SecretsBackend made(
            String name,
            BackendsConfig.One settings,
            UnsafeConfig unsafe,
            boolean embedded,
            SecretName probe,
            Telemetry telemetry) {
        try {
            SecretsBackend adapter = switch (settings.type()) {
                case LOCAL -> {
                    Path directory = settings.directory()
                            .orElseThrow(() -> new IllegalArgumentException("directory is missing"));
                    yield local(name, directory, keyFile(settings, directory), unsafe);
                }
                case VAULT -> VaultSecretsBackend.connect(name, settings, unsafe);
                case AWS -> AwsSecretsBackend.connect(name, probe, settings, unsafe);
                case AZURE -> AzureSecretsBackend.connect(name, probe, settings, embedded);
            };
            return decorated(name, adapter, telemetry);
        } catch (IllegalArgumentException refused) {
            throw new ConfigurationException(SETTINGS + name + ": " + refused.getMessage());
        }
    }

    /** A name that the backend's identity may use: the keyring of an environment that the backend serves. */
    private static SecretName probe(String backend, Map<EnvironmentName, String> names) {
        EnvironmentName served = names.entrySet().stream()
                .filter(entry -> entry.getValue().equals(backend))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(EnvironmentName.SYSTEM);
        return new SecretName.Keyring(served);
    }

    /** The decorators of every backend, the outermost last. */
    private static SecretsBackend decorated(String name, SecretsBackend adapter, Telemetry telemetry) {
        return new ObservedSecretsBackend(name, adapter, telemetry);
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
}
