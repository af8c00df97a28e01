package io.tokenvault.secrets.azure;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service with its secrets in a vault that it finds and trusts as its JVM says, logging all that it can. */
class AzureServiceIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void tokensAreInTheVaultAndNotInTheLog() throws IOException {
        try (KeyVault vault = KeyVault.start();
                ServiceProcess service = started(vault)) {
            HttpCaller admin = admin(service);
            HttpAnswer created = admin.post(
                            "/v1/connections",
                            "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"production\"}")
                    .expect(201);
            String connection = created.text("/connection/connection_id");
            String token = created.text("/token/token");
            String name = "token-vault-production-" + connection + "-token";

            assertThat(Waiting.until(LONGEST, () -> value(vault, name).contains("\"token\":\"" + token + "\"")))
                    .isTrue();

            admin.post("/v1/tokens/" + created.text("/token/token_id") + "/revoke", "{}")
                    .expect(200);
            assertThat(Waiting.until(LONGEST, () -> value(vault, name).contains("\"token\":null")))
                    .isTrue();

            admin.delete("/v1/connections/" + connection).expect(200);
            assertThat(Waiting.until(LONGEST, () -> vault.isDeleted(name))).isTrue();

            assertThat(service.log()).doesNotContain("not-for-logs", token);
        }
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
