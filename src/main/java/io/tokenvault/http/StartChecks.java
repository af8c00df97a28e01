package io.tokenvault.http;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Starts the service, unless something is missing that production refuses to start without: then one line says what, and
 * the exit code is not 0. The settings are looked at before anything is made of them, since the parts that need them
 * fail earlier than any observer of the start runs, with messages that fill a page.
 */
@QuarkusMain
public final class StartChecks {
    private static final String PRODUCTION = "prod";

    private StartChecks() {}

    public static void main(String... arguments) {
        Optional<String> refusal = refusal(ConfigProvider.getConfig());
        if (refusal.isPresent()) {
            System.err.println(refusal.get());
            System.exit(1);
        }
        Quarkus.run(arguments);
    }

    static Optional<String> refusal(Config config) {
        boolean production = config.getOptionalValues("quarkus.profile", String.class)
                .orElse(List.of(PRODUCTION))
                .contains(PRODUCTION);
        if (!production) {
            return Optional.empty();
        }
        if (isAbsent(config, "quarkus.datasource.jdbc.url")) {
            return Optional.of("Refusing to start: the profile prod needs a database;"
                    + " set quarkus.datasource.jdbc.url (QUARKUS_DATASOURCE_JDBC_URL).");
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
