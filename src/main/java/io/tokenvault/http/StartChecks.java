package io.tokenvault.http;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * What production refuses to start without, beside a database ({@link DatabaseConfig}); each refusal is one line, and the
 * exit code is not 0.
 */
@Singleton
public final class StartChecks {
    private static final String PRODUCTION = "prod";

    /** Before anything that reads these settings. */
    private static final int FIRST = 1;

    void check(@Observes @Priority(FIRST) StartupEvent start, Config config) {
        refusal(config).ifPresent(line -> {
            throw new ConfigurationException(line);
        });
    }

    static Optional<String> refusal(Config config) {
        boolean production = config.getOptionalValues("quarkus.profile", String.class)
                .orElse(List.of(PRODUCTION))
                .contains(PRODUCTION);
        if (!production) {
            return Optional.empty();
        }
        if (isAbsent(config, "token-vault.authz.allowed-sources")) {
            return Optional.of("Refusing to start: the profile prod needs to know which gateways may ask at /authz;"
                    + " set token-vault.authz.allowed-sources (TOKEN_VAULT_AUTHZ_ALLOWED_SOURCES)"
                    + " to their addresses in CIDR notation.");
        }
        return Optional.empty();
    }

    private static boolean isAbsent(Config config, String key) {
        return config.getOptionalValue(key, String.class)
                .filter(value -> !value.isBlank())
                .isEmpty();
    }
}
