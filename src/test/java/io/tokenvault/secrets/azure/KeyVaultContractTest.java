package io.tokenvault.secrets.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendContract;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.KeyVault;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against our own stand-in for the service, with the vendor's check of the challenge on. */
class KeyVaultContractTest extends SecretsBackendContract {
    @TempDir
    private static Path folder;

    private static KeyVault vault;
    private static SecretsBackend backend;
    private static SecretsBackend replica;

    private final ConnectionId connection = ConnectionId.random(new SecureRandom());
    private final SecretName name = new SecretName.ConnectionToken(PRODUCTION, connection);
    private final String azureName = "token-vault-production-" + connection.value() + "-token";

    @BeforeAll
    static void start() throws IOException {
        vault = KeyVault.start();
        backend = connected(vault, Map.of());
        replica = connected(vault, Map.of());
        warm(backend);
        warm(replica);
    }

    @AfterAll
    static void stop() {
        vault.close();
    }

    /** The first call loads more classes than a busy machine can in the time that a call has. */
    static void warm(SecretsBackend backend) {
        assertThat(Waiting.until(Duration.ofMinutes(1), () -> {
                    try {
                        backend.check();
                        return true;
                    } catch (SecretsBackendException.Unavailable slow) {
                        return false;
                    }
                }))
                .isTrue();
    }

    static Map<String, String> settings(KeyVault vault, Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("client-secret"), KeyVault.CLIENT_SECRET + "\n");
        return Map.of(
                "type",
                "azure",
                "vault-url",
                vault.url(),
                "authority-host",
                vault.authority(),
                "tenant-id",
                KeyVault.TENANT,
                "client-id",
                KeyVault.CLIENT,
                "client-secret-file",
                secret.toString());
    }

    private static SecretsBackend connected(KeyVault vault, Map<String, String> changes) throws IOException {
        Map<String, String> lines = new HashMap<>(settings(vault, folder));
        lines.putAll(changes);
        return connected(lines, Configuration.NONE);
    }

    static SecretsBackend connected(Map<String, String> lines, Configuration environment) {
        return AzureSecretsBackend.connect(
                "main",
                new SecretName.Keyring(PRODUCTION),
                Settings.backend(lines),
                false,
                AzureClients.transport(KeyVault.trust()),
                environment);
    }

    @Override
    protected SecretsBackend backend() {
        return backend;
    }

    @Override
    protected SecretsBackend replica() {
        return replica;
    }

    private static SecretValue value(String token, long generation) {
        return SecretValue.of(json().put("token", token).put("generation", generation));
    }

    @Test
    void consumersReadAJsonObject() throws IOException {
        backend.put(name, value("tv_x", 3), 3);

        JsonNode secret = vault.secret(azureName);
        assertThat(SecretValue.parse(secret.path("value").textValue())).isEqualTo(value("tv_x", 3));
        assertThat(secret.path("contentType").textValue()).isEqualTo("application/json");
        assertThat(secret.path("tags"))
                .isEqualTo(json().put("application", "token-vault")
                        .put("environment", "production")
                        .put("connection", connection.value())
                        .put("generation", "3"));
    }

    @Test
    void whatSomebodyElsePutThereIsReplaced() {
        vault.put(azureName, "{\"value\":\"by hand\"}");
        assertThatThrownBy(() -> backend.get(name)).isInstanceOf(Rejected.class).hasMessageNotContaining("by hand");

        Publication outcome = backend.put(name, value("ours", 1), 1);

        assertThat(outcome).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value("ours", 1), 1));
    }

    @Test
    void aDisabledVersionIsAbsentAndCanBeReplaced() {
        backend.put(name, value("a", 1), 1);
        vault.disable(azureName);

        assertThat(backend.get(name)).isEmpty();
        assertThat(backend.put(name, value("b", 2), 2)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value("b", 2), 2));
    }

    @Test
    void repeatingMakesNoVersion() {
        backend.put(name, value("a", 1), 1);

        backend.put(name, value("a", 1), 1);

        assertThat(vault.versions(azureName)).isEqualTo(1);
    }

    @Test
    void deletingIsSoft() {
        backend.put(name, value("a", 1), 1);

        backend.delete(name);

        assertThat(Waiting.until(Duration.ofSeconds(10), () -> vault.isDeleted(azureName)))
                .isTrue();
    }

    @Test
    void aLateWriterDoesNotBringBackWhatALaterOneDeleted() {
        backend.put(name, value("b", 5), 5);
        backend.delete(name);

        assertThat(replica.put(name, value("a", 4), 4)).isEqualTo(Publication.SUPERSEDED);
        assertThat(backend.get(name)).isEmpty();
    }

    @Test
    void aDeletedSecretOfSomebodyElseIsLeftAlone() {
        vault.put(azureName, "{\"value\":\"theirs\"}");
        backend.delete(name);

        assertThatThrownBy(() -> backend.put(name, value("a", 1), 1)).isInstanceOf(Rejected.class);
        assertThat(vault.isDeleted(azureName)).isTrue();
    }

    @Test
    void deletedSecretsArePurgedWhenTheSettingsSaySo() throws IOException {
        SecretsBackend purging = connected(vault, Map.of("purge", "true"));
        purging.put(name, value("a", 1), 1);

        purging.delete(name);
        purging.delete(name);

        assertThat(vault.isDeleted(azureName)).isFalse();
        assertThat(vault.versions(azureName)).isZero();
    }

    @Test
    void aPurgeThatTheVaultForbidsIsDenied() throws IOException {
        try (KeyVault careful = KeyVault.startWithPurgeProtection()) {
            SecretsBackend purging = connected(careful, Map.of("purge", "true"));
            warm(purging);
            purging.put(name, value("a", 1), 1);

            assertThatThrownBy(() -> purging.delete(name)).isInstanceOf(Denied.class);
            assertThat(purging.get(name)).isEmpty();
        }
    }

    @Test
    void moreVersionsThanAPageHolds() {
        for (long generation = 1; generation <= 30; generation++) {
            backend.put(name, value("t" + generation, generation), generation);
        }

        assertThat(backend.get(name)).contains(new StoredSecret(value("t30", 30), 30));
        assertThat(vault.versions(azureName)).isEqualTo(30);
    }

    @Test
    void aWorkloadIdentityLogsInWithItsSignedIdentity() throws IOException {
        Path token = Files.writeString(folder.resolve("federated"), KeyVault.ASSERTION);
        SecretsBackend workload = connected(
                Map.of("type", "azure", "vault-url", vault.url()),
                new ConfigurationBuilder()
                        .putProperty("AZURE_FEDERATED_TOKEN_FILE", token.toString())
                        .putProperty("AZURE_TENANT_ID", KeyVault.TENANT)
                        .putProperty("AZURE_CLIENT_ID", KeyVault.CLIENT)
                        .putProperty("AZURE_AUTHORITY_HOST", vault.authority())
                        .build());
        warm(workload);

        workload.put(name, value("a", 1), 1);

        assertThat(backend.get(name)).contains(new StoredSecret(value("a", 1), 1));
    }
}
