package io.tokenvault.secrets.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.Configuration;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.testing.KeyVault;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way a login can fail, in the words of the interface. */
class AzureLoginFailuresTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final SecretName NAME = new SecretName.Keyring(PRODUCTION);
    private static final SecretValue VALUE =
            SecretValue.of(JsonNodeFactory.instance.objectNode().put("token", "tv_not-for-logs"));

    private final KeyVault vault = KeyVault.start();

    @TempDir
    private Path folder;

    private SecretsBackend backend;

    @BeforeEach
    void connect() throws IOException {
        backend = connected(Map.of());
        KeyVaultContractTest.warm(backend);
    }

    @AfterEach
    void stop() {
        vault.close();
    }

    private SecretsBackend connected(Map<String, String> changes) throws IOException {
        Map<String, String> lines = new HashMap<>(KeyVaultContractTest.settings(vault, folder));
        lines.putAll(changes);
        return KeyVaultContractTest.connected(lines, Configuration.NONE);
    }

    @Test
    void aWrongClientSecretIsDenied() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "wrong-not-for-logs");
        SecretsBackend stranger = connected(Map.of("client-secret-file", wrong.toString()));

        assertThatThrownBy(() -> stranger.get(NAME))
                .isInstanceOf(Denied.class)
                .hasMessageContaining("login: status 401 invalid_client")
                .hasMessageNotContaining("not-for-logs")
                .hasNoCause();
    }

    @Test
    void anUnknownApplicationIsDenied() throws IOException {
        SecretsBackend stranger = connected(Map.of("client-id", "nobody"));

        assertThatThrownBy(() -> stranger.put(NAME, VALUE, 2)).isInstanceOf(Denied.class);
    }

    @Test
    void aMissingFileWithTheClientSecretIsDenied() throws IOException {
        SecretsBackend lost = connected(Map.of("client-secret-file", "/nowhere/client-secret"));

        assertThatThrownBy(() -> lost.get(NAME))
                .isInstanceOf(Denied.class)
                .hasMessageContaining("/nowhere/client-secret");
    }

    @Test
    void aReplacedClientSecretIsReadFromItsFile() throws IOException {
        Path file = Files.writeString(folder.resolve("replaced"), "outdated");
        SecretsBackend patient = connected(Map.of("client-secret-file", file.toString()));
        assertThatThrownBy(patient::check).isInstanceOf(Denied.class);

        Files.writeString(file, KeyVault.CLIENT_SECRET + "\n");

        patient.check();
    }

    @Test
    void aWithdrawnTokenIsReplacedByANewLogin() {
        vault.withdrawTokens();

        backend.check();

        assertThat(vault.requests())
                .filteredOn(request -> request.contains("/oauth2/"))
                .hasSize(2);
    }

    @Test
    void aLoginThatHangsIsUnavailable() {
        vault.withdrawTokens();
        vault.next("login", vault.hang());

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aLoginThatIsTurnedAwayIsUnavailable(int status) {
        vault.withdrawTokens();
        vault.next("login", status, "{}").next("login", status, "{}").next("login", status, "{}");

        assertThatThrownBy(() -> backend.get(NAME))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("login");
    }

    @Test
    void manyCallersWhoCannotLogInAllHearOfItInTime() throws Exception {
        vault.withdrawTokens();
        for (int login = 0; login < 100; login++) {
            vault.next("login", vault.hang());
        }

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 20; caller++) {
                callers.add(threads.submit(
                        () -> assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Unavailable.class)));
            }
            for (Future<?> caller : callers) {
                caller.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aVaultThatWantsATokenForAnotherServiceIsRejected() throws IOException {
        SecretsBackend misled = connected(Map.of("vault-url", vault.authority()));

        assertThatThrownBy(misled::check).isInstanceOf(SecretsBackendException.class);
        assertThat(vault.requests())
                .filteredOn(request -> request.contains("/oauth2/"))
                .hasSize(1);
    }
}
