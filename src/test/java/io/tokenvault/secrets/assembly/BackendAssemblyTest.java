package io.tokenvault.secrets.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.ObservedSecretsBackend;
import io.tokenvault.secrets.ObservedSecretsBackend.Telemetry;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.UnsafeConfig;
import io.tokenvault.token.EnvironmentName;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendAssemblyTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final Telemetry TELEMETRY =
            new Telemetry(new SimpleMeterRegistry(), OpenTelemetry.noop().getTracer("none"));

    @TempDir
    private Path folder;

    private static Map<String, SecretsBackend> made(Map<String, String> lines, UnsafeConfig unsafe) {
        return BackendAssembly.made(
                Settings.file(lines).getConfigMapping(BackendsConfig.class),
                unsafe,
                false,
                Map.of(PRODUCTION, "main"),
                TELEMETRY);
    }

    @Test
    void eachNamedBackendIsMade() {
        Map<String, SecretsBackend> made = made(
                Map.of(
                        "token-vault.backends.main.type", "local",
                        "token-vault.backends.main.directory",
                                folder.resolve("secrets").toString(),
                        "token-vault.backends.spare.type", "vault",
                        "token-vault.backends.spare.url", "https://vault.example",
                        "token-vault.backends.spare.auth.method", "kubernetes",
                        "token-vault.backends.spare.auth.role", "tv",
                        "token-vault.backends.cloud.type", "aws",
                        "token-vault.backends.cloud.region", "eu-central-1"),
                Settings.unsafe("local-backend"));

        assertThat(made)
                .containsOnlyKeys("main", "spare", "cloud")
                .allSatisfy((_, backend) -> assertThat(backend).isInstanceOf(ObservedSecretsBackend.class));
        assertThat(folder.resolve("secrets.key")).isRegularFile();
    }

    @Test
    void theLocalBackendIsRefusedUnlessItIsSaidAloud() {
        assertThatThrownBy(() -> made(
                        Map.of(
                                "token-vault.backends.main.type",
                                "local",
                                "token-vault.backends.main.directory",
                                folder.toString()),
                        Settings.unsafe()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("token-vault.backends.main", "token-vault.unsafe.local-backend=true");
    }

    @Test
    void aDirectoryIsNeeded() {
        assertThatThrownBy(
                        () -> made(Map.of("token-vault.backends.main.type", "local"), Settings.unsafe("local-backend")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("token-vault.backends.main: directory is missing");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            url,                  ,                url is missing
            url,                  http://v.example, token-vault.unsafe.plain-http=true
            url,                  v.example,       https://host
            url,                  ftp://v.example, https://host
            url,                  https://u:p@v.x, https://host
            auth.method,          token,           auth.token-file is missing
            auth.token,           abc,             token-vault.unsafe.static-backend-token=true
            auth.method,          approle,         auth.role-id is missing
            auth.method,          kubernetes,      auth.role is missing
            auth.method,          jwt,             auth.role is missing
            tls.ca-file,          /nowhere/ca.pem, tls.ca-file cannot be used
            """)
    void whatIsMissingWrongOrUnsafeIsNamed(String setting, String value, String message) {
        Map<String, String> lines = new HashMap<>(Map.of(
                "token-vault.backends.main.type", "vault",
                "token-vault.backends.main.url", "https://vault.example"));
        if (setting.startsWith("tls.")) {
            lines.put("token-vault.backends.main.auth.token-file", "/token");
        }
        lines.put("token-vault.backends.main." + setting, value == null ? "" : value);

        assertThatThrownBy(() -> made(lines, Settings.unsafe()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("token-vault.backends.main: ", message)
                .hasMessageNotContaining("abc");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            region,               Frankfurt,        region must be the name of one
            region,               evil.example/x,   region must be the name of one
            endpoint,             http://v.example, token-vault.unsafe.plain-http=true
            endpoint,             v.example,        https://host
            endpoint,             https://u:p@v.x,  https://host
            recovery-window-days, 6,                recovery-window-days must be from 7 to 30
            recovery-window-days, 31,               recovery-window-days must be from 7 to 30
            """)
    void whatIsWrongOrUnsafeForAwsIsNamed(String setting, String value, String message) {
        Map<String, String> lines = new HashMap<>(Map.of(
                "token-vault.backends.main.type", "aws",
                "token-vault.backends.main.region", "eu-central-1"));
        lines.put("token-vault.backends.main." + setting, value);

        assertThatThrownBy(() -> made(lines, Settings.unsafe()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("token-vault.backends.main: ", message);
    }

    @Test
    void awsDeletesInOneWayOnly() {
        assertThatThrownBy(() -> made(
                        Map.of(
                                "token-vault.backends.main.type", "aws",
                                "token-vault.backends.main.region", "eu-central-1",
                                "token-vault.backends.main.force-delete", "true",
                                "token-vault.backends.main.recovery-window-days", "7"),
                        Settings.unsafe()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("exclude each other");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            vault-url,        ,                     vault-url is missing
            vault-url,        http://x.example,     https://host
            vault-url,        https://x.example/y,  https://host
            vault-url,        https://u:p@x.example, https://host
            authority-host,   http://login.example, authority-host must be of the form https://host
            tenant-id,        ,                     tenant-id is missing
            client-id,        ,                     client-id is missing
            verify-challenge, false,                verify-challenge=false
            """)
    void whatIsMissingWrongOrUnsafeOfAzureIsNamed(String setting, String value, String message) {
        assertThatThrownBy(() -> made(azure(Map.of(setting, value == null ? "" : value)), Settings.unsafe()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("token-vault.backends.main: ", message);
    }

    @Test
    void onlyDevelopmentDoesWithoutTheCheckOfTheChallenge() {
        Map<String, String> lines = azure(Map.of("verify-challenge", "false"));

        assertThat(BackendAssembly.made(
                        Settings.file(lines).getConfigMapping(BackendsConfig.class),
                        Settings.unsafe(),
                        true,
                        Map.of(),
                        TELEMETRY))
                .containsOnlyKeys("main");
    }

    private static Map<String, String> azure(Map<String, String> changes) {
        Map<String, String> lines = new HashMap<>(Map.of(
                "token-vault.backends.main.type", "azure",
                "token-vault.backends.main.vault-url", "https://x.vault.azure.net",
                "token-vault.backends.main.tenant-id", "t",
                "token-vault.backends.main.client-id", "c",
                "token-vault.backends.main.client-secret-file", "/secret"));
        changes.forEach((key, value) -> lines.put("token-vault.backends.main." + key, value));
        return lines;
    }

    @Test
    void anUnknownTypeIsNamed() {
        assertThatThrownBy(() -> Settings.file(Map.of("token-vault.backends.main.type", "floppy")))
                .hasMessageContainingAll("token-vault.backends.main.type", "floppy", "local", "vault", "aws", "azure");
    }

    @Test
    void withoutBackendsThereAreNoneOutsideOfEmbedded() {
        assertThat(made(Map.of(), Settings.unsafe("local-backend"))).isEmpty();
    }

    @Test
    void anEnvironmentWithAnUnknownBackendIsRefused() {
        assertThatThrownBy(() -> new Backends(Map.of(), Map.of(PRODUCTION, "main")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("token-vault.environments.production.backend", "'main'");
    }

    @Test
    void theSystemWithAnUnknownBackendIsRefused() {
        assertThatThrownBy(() -> new Backends(Map.of(), Map.of(EnvironmentName.SYSTEM, "spare")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("token-vault.system.backend", "'spare'");
    }
}
