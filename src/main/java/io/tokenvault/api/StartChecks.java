package io.tokenvault.api;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tokenvault.access.BootstrapConfig;
import io.tokenvault.environment.EnvironmentsConfig;
import io.tokenvault.environment.StrayVariables;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.SystemConfig;
import io.tokenvault.secrets.UnsafeConfig;
import io.tokenvault.token.AddressRange;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Starts the service, unless something is missing that production refuses to start without: then one line says what, and
 * the exit code is not 0. The settings are looked at before anything is made of them, since the parts that need them
 * fail earlier than any observer of the start runs, with messages that fill a page.
 */
@QuarkusMain
public final class StartChecks {
    private static final String PRODUCTION = "prod";
    private static final List<Class<?>> MAPPINGS = List.of(
            EnvironmentsConfig.class,
            BackendsConfig.class,
            SystemConfig.class,
            UnsafeConfig.class,
            BootstrapConfig.class);
    private static final List<String> RANGES =
            List.of("token-vault.authz.allowed-sources", "token-vault.trusted-proxies");

    private StartChecks() {}

    public static void main(String... arguments) {
        if (arguments.length > 0 && arguments[0].equals(RoundTrip.COMMAND)) {
            System.exit(new RoundTrip(System.out).ask(arguments));
        }
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        Optional<String> refusal = refusal(config)
                .or(() -> StrayVariables.refusal(config))
                .or(() -> unreadable(config))
                .or(() -> unreadableRanges(config));
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

    /** Settings of the wrong form, of which the framework would tell with a page of stack trace. */
    private static Optional<String> unreadable(SmallRyeConfig config) {
        SmallRyeConfigBuilder mapped = new SmallRyeConfigBuilder()
                .withSources(StreamSupport.stream(config.getConfigSources().spliterator(), false)
                        .toArray(ConfigSource[]::new))
                .withProfiles(config.getProfiles())
                .addDefaultInterceptors()
                .addDiscoveredConverters();
        MAPPINGS.forEach(mapped::withMapping);
        try {
            mapped.build();
            return Optional.empty();
        } catch (ConfigValidationException invalid) {
            return Optional.of("Refusing to start: " + invalid.getProblem(0).getMessage());
        }
    }

    private static Optional<String> unreadableRanges(SmallRyeConfig config) {
        for (String key : RANGES) {
            for (String range : config.getOptionalValues(key, String.class).orElse(List.of())) {
                if (AddressRange.parse(range.strip()).isEmpty()) {
                    return Optional.of("Refusing to start: " + key + ": '" + range
                            + "' is not an address range in CIDR notation.");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isAbsent(Config config, String key) {
        return config.getOptionalValue(key, String.class)
                .filter(value -> !value.isBlank())
                .isEmpty();
    }
}
