package io.tokenvault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the profile prod, settings that are missing, unsafe or contradictory stop the start, and the log says which. */
class StartRefusalsIT {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final TestDatabase NONE = new TestDatabase("", "", "");

    private static final String SOURCES = "token-vault.authz.allowed-sources=127.0.0.0/8";
    private static final String ENVIRONMENT = "token-vault.environments.production.mark=prod";
    private static final String LOCAL =
            "token-vault.backends.main.type=local\ntoken-vault.backends.main.directory=files";
    private static final String LOCAL_IS_FINE = "token-vault.unsafe.local-backend=true";
    private static final String VAULT = "token-vault.backends.main.type=vault";

    @TempDir
    Path folder;

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                Arguments.of(
                        "no database",
                        "quarkus.datasource.jdbc.url",
                        List.of(SOURCES, ENVIRONMENT, LOCAL, LOCAL_IS_FINE)),
                Arguments.of(
                        "no gateways", "token-vault.authz.allowed-sources", List.of(ENVIRONMENT, LOCAL, LOCAL_IS_FINE)),
                Arguments.of(
                        "a life of nothing",
                        "token-vault.environments.production.max-life",
                        List.of(
                                SOURCES,
                                ENVIRONMENT,
                                LOCAL,
                                LOCAL_IS_FINE,
                                "token-vault.environments.production.max-life=PT0S")),
                Arguments.of(
                        "no mark",
                        "token-vault.environments.staging.mark",
                        List.of(
                                SOURCES,
                                ENVIRONMENT,
                                LOCAL,
                                LOCAL_IS_FINE,
                                "token-vault.environments.staging.backend=main")),
                Arguments.of(
                        "a proxy that is no address",
                        "token-vault.trusted-proxies",
                        List.of(SOURCES, ENVIRONMENT, LOCAL, LOCAL_IS_FINE, "token-vault.trusted-proxies=foo")),
                Arguments.of(
                        "a local backend", "token-vault.unsafe.local-backend", List.of(SOURCES, ENVIRONMENT, LOCAL)),
                Arguments.of(
                        "plain http",
                        "token-vault.unsafe.plain-http",
                        List.of(
                                SOURCES,
                                ENVIRONMENT,
                                VAULT,
                                "token-vault.backends.main.url=http://127.0.0.1:8200",
                                "token-vault.backends.main.auth.token-file=token")),
                Arguments.of(
                        "a static token",
                        "token-vault.unsafe.static-backend-token",
                        List.of(
                                SOURCES,
                                ENVIRONMENT,
                                VAULT,
                                "token-vault.backends.main.url=https://127.0.0.1:8200",
                                "token-vault.backends.main.auth.token=a-static-token")),
                Arguments.of(
                        "one mark for two",
                        "token-vault.environments",
                        List.of(
                                SOURCES,
                                ENVIRONMENT,
                                "token-vault.environments.sandbox.mark=prod",
                                LOCAL,
                                LOCAL_IS_FINE)),
                Arguments.of(
                        "the reserved name",
                        "token-vault.environments.system",
                        List.of(SOURCES, "token-vault.environments.system.mark=prod", LOCAL, LOCAL_IS_FINE)),
                Arguments.of(
                        "an unknown backend",
                        "token-vault.environments.production.backend",
                        List.of(
                                SOURCES,
                                ENVIRONMENT,
                                "token-vault.environments.production.backend=elsewhere",
                                LOCAL,
                                LOCAL_IS_FINE)),
                Arguments.of(
                        "an unknown type of backend",
                        "token-vault.backends.main.type",
                        List.of(SOURCES, ENVIRONMENT, "token-vault.backends.main.type=cupboard")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongSettings")
    void theServiceDoesNotStartAndSaysWhy(String what, String setting, List<String> settings) {
        TestDatabase database = what.equals("no database") ? NONE : TestDatabase.create();
        try (ServiceProcess service = ServiceProcess.in(folder)
                .profile("prod")
                .variable("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "false")
                .settings(String.join("\n", settings))
                .database(database)
                .build()) {

            service.launch();

            int exitCode = service.awaitExit(LONGEST).orElseThrow(() -> new AssertionError(service.log()));
            assertThat(exitCode).isNotZero();
            assertThat(service.log().lines().filter(line -> line.contains(setting)))
                    .hasSize(1);
            assertThat(service.log().lines()).noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TOKEN_VAULT_BACKENDS_OTHER_URL", "TOKEN_VAULT_ENVIRONMENTS_STAGING_BACKEND"})
    void aVariableThatMatchesNoKeyIsNamed(String variable) {
        try (ServiceProcess service = ServiceProcess.in(folder)
                .profile("prod")
                .variable(variable, "main")
                .settings(String.join("\n", SOURCES, ENVIRONMENT, LOCAL, LOCAL_IS_FINE))
                .build()) {

            service.launch();

            int exitCode = service.awaitExit(LONGEST).orElseThrow(() -> new AssertionError(service.log()));
            assertThat(exitCode).isNotZero();
            assertThat(service.log().lines()).singleElement().asString().contains(variable);
        }
    }
}
