package io.tokenvault.secrets.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.exception.ResourceNotFoundException;
import com.azure.core.http.HttpClient;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.KeyVault;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service with its secrets in a vault that it finds and trusts as its JVM says, logging all that it can. */
class AzureServiceIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void consumersReadWhatIsCurrentFromTheFirstTokenToTheLast() throws IOException {
        try (KeyVault vault = KeyVault.start();
                ServiceProcess service = started(vault)) {
            SecretClient consumer = consumer(vault);
            HttpCaller admin = admin(service);
            HttpAnswer created = admin.post(
                            "/v1/connections",
                            "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"production\"}")
                    .expect(201);
            String connection = created.text("/connection/connection_id");
            String path = "/v1/connections/" + connection;
            String name = "token-vault-production-" + connection + "-token";
            assertThat(read(consumer, name)).isEqualTo(created.text("/token/token"));

            HttpAnswer rotated =
                    admin.post(path + "/rotate", "{\"overlap\":\"PT1H\"}").expect(200);
            assertThat(read(consumer, name)).isEqualTo(rotated.text("/token/token"));

            HttpAnswer reconnected = admin.post(path + "/reconnect", "{\"credentials\":{\"user\":\"x\"}}")
                    .expect(200);
            assertThat(read(consumer, name)).isEqualTo(reconnected.text("/token/token"));

            admin.post("/v1/tokens/" + reconnected.text("/token/token_id") + "/revoke", "{}")
                    .expect(200);
            assertThat(read(consumer, name)).isNull();

            admin.delete(path).expect(200);
            assertThatThrownBy(() -> read(consumer, name)).isInstanceOf(ResourceNotFoundException.class);
            assertThat(Waiting.until(SOON, () -> vault.isDeleted(name))).isTrue();

            assertThat(service.log())
                    .contains("TRACE")
                    .doesNotContain(
                            "not-for-logs",
                            created.text("/token/token"),
                            rotated.text("/token/token"),
                            reconnected.text("/token/token"));
        }
    }

    /** As an application reads it that knows the vault and the documented name. */
    private static SecretClient consumer(KeyVault vault) {
        HttpClient transport = AzureClients.transport(KeyVault.trust());
        return new SecretClientBuilder()
                .vaultUrl(vault.url())
                .httpClient(transport)
                .credential(new ClientSecretCredentialBuilder()
                        .authorityHost(vault.authority())
                        .disableInstanceDiscovery()
                        .tenantId(KeyVault.TENANT)
                        .clientId(KeyVault.CLIENT)
                        .clientSecret(KeyVault.CLIENT_SECRET)
                        .httpClient(transport)
                        .build())
                .buildClient();
    }

    private static @Nullable String read(SecretClient consumer, String name) throws IOException {
        return JSON.readTree(consumer.getSecret(name).getValue()).path("token").textValue();
    }

    private static String value(KeyVault vault, String name) {
        return vault.secret(name).path("value").asText("");
    }

    private static HttpCaller admin(ServiceProcess service) {
        HttpAnswer operator =
                service.http().as(BOOTSTRAP_KEY).post("/v1/operators", """
                {"name":"admin","roles":["issuer","security","admin"],"environments":["*"]}""").expect(201);
        return service.http().as(operator.text("/key"));
    }

    @Test
    void aManagedIdentityNeedsNoSecret() {
        try (KeyVault vault = KeyVault.start();
                ServiceProcess service = described(vault, vault.managedIdentity(), "")) {

            assertThat(value(vault, "token-vault-production-keyring")).startsWith("{");
            assertThat(service.log()).doesNotContain("not-for-logs");
        }
    }

    private ServiceProcess started(KeyVault vault) throws IOException {
        Path secret = Files.writeString(folder.resolve("client-secret"), KeyVault.CLIENT_SECRET);
        return described(vault, Map.of(), """
                token-vault.backends.main.authority-host=%s
                token-vault.backends.main.tenant-id=%s
                token-vault.backends.main.client-id=%s
                token-vault.backends.main.client-secret-file=%s""".formatted(vault.authority(), KeyVault.TENANT, KeyVault.CLIENT, secret));
    }

    private ServiceProcess described(KeyVault vault, Map<String, String> variables, String identity) {
        ServiceProcess.Description description = ServiceProcess.in(folder)
                .profile("prod")
                .settings("""
                        token-vault.bootstrap.key=%s
                        token-vault.authz.allowed-sources=127.0.0.0/8
                        token-vault.environments.production.mark=prod
                        token-vault.backends.main.type=azure
                        token-vault.backends.main.vault-url=%s
                        quarkus.log.level=TRACE
                        quarkus.log.category."com.azure".level=TRACE
                        quarkus.log.category."com.microsoft.aad".level=TRACE
                        quarkus.log.category."reactor".level=TRACE""".formatted(BOOTSTRAP_KEY, vault.url()))
                .settings(identity)
                .variable("JAVA_TOOL_OPTIONS", KeyVault.jvmOptions(folder))
                .variable("AZURE_HTTP_LOG_DETAIL_LEVEL", "body_and_headers");
        variables.forEach(description::variable);
        return description.start();
    }
}
