package io.tokenvault.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.local.LocalSecretsBackend;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.InvalidRequestException;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * A secrets backend of any kind as tests run it: its server, what a service needs to use it, and what a consumer reads.
 *
 * @param settings the lines that describe it as the backend of a name, reached at an address, which may be a proxy's
 * @param variables of the environment of the service
 * @param address of the server, where a proxy can stand in front of it
 */
public record Store(
        Kind kind,
        Settings settings,
        Map<String, String> variables,
        Optional<URI> address,
        Function<SecretName, Optional<JsonNode>> reader,
        AutoCloseable server)
        implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    public enum Kind {
        LOCAL,
        OPENBAO,
        AWS,
        AZURE
    }

    /** Lines of a settings file. */
    public interface Settings {
        String at(String backend, Optional<URI> address);
    }

    public static Store start(Kind kind, Path folder) {
        return switch (kind) {
            case LOCAL -> local(folder);
            case OPENBAO -> openBao(folder);
            case AWS -> aws(folder);
            case AZURE -> azure(folder);
        };
    }

    /** The settings of a backend of this name, without a proxy. */
    public String as(String backend) {
        return settings.at(backend, address);
    }

    /** What consumers read under the name of this connection; empty when nothing can be read. */
    public Optional<JsonNode> read(String environment, String connection) {
        return reader.apply(
                new SecretName.ConnectionToken(new EnvironmentName(environment), new ConnectionId(connection)));
    }

    /** Whether the keyring of this environment is there. */
    public boolean hasKeyring(String environment) {
        return reader.apply(new SecretName.Keyring(new EnvironmentName(environment)))
                .isPresent();
    }

    private static Store local(Path folder) {
        Path directory = folder.resolve("store");
        Path key = folder.resolve("store.key");
        return new Store(
                Kind.LOCAL,
                (backend, _) -> """
                        token-vault.backends.%1$s.type=local
                        token-vault.backends.%1$s.directory=%2$s
                        token-vault.backends.%1$s.key-file=%3$s""".formatted(backend, directory, key),
                Map.of(),
                Optional.empty(),
                name -> LocalSecretsBackend.open("reader", directory, key)
                        .get(name)
                        .map(stored -> stored.value().reveal()),
                () -> {});
    }

    private static Store openBao(Path folder) {
        OpenBao server = OpenBao.start(folder);
        return new Store(
                Kind.OPENBAO,
                (backend, address) -> """
                        token-vault.backends.%1$s.type=vault
                        token-vault.backends.%1$s.url=%2$s
                        token-vault.backends.%1$s.auth.method=token
                        token-vault.backends.%1$s.auth.token=%3$s""".formatted(backend, address.orElseThrow(), OpenBao.ROOT_TOKEN),
                Map.of(),
                Optional.of(server.url()),
                name -> server.secret(name.path()),
                server);
    }

    private static Store aws(Path folder) {
        Moto server = Moto.start(folder);
        SecretsManagerClient consumer = SecretsManagerClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(server.url())
                .credentialsProvider(() -> AwsBasicCredentials.create("an-id", "a-key"))
                .build();
        return new Store(
                Kind.AWS,
                (backend, address) -> """
                        token-vault.backends.%1$s.type=aws
                        token-vault.backends.%1$s.region=eu-central-1
                        token-vault.backends.%1$s.endpoint=%2$s""".formatted(backend, address.orElseThrow()),
                Map.of("AWS_ACCESS_KEY_ID", "an-id", "AWS_SECRET_ACCESS_KEY", "a-key"),
                Optional.of(server.url()),
                name -> {
                    try {
                        return Optional.of(json(consumer.getSecretValue(
                                        // What AWS reads by default; moto reads what was put last.
                                        request -> request.secretId(name.path()).versionStage("AWSCURRENT"))
                                .secretString()));
                    } catch (ResourceNotFoundException | InvalidRequestException nothing) {
                        return Optional.empty();
                    }
                },
                () -> {
                    consumer.close();
                    server.close();
                });
    }

    private static Store azure(Path folder) {
        KeyVault server = KeyVault.start();
        Path secret = folder.resolve("azure-client-secret");
        try {
            Files.writeString(secret, KeyVault.CLIENT_SECRET);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new Store(
                Kind.AZURE,
                (backend, _) -> """
                        token-vault.backends.%1$s.type=azure
                        token-vault.backends.%1$s.vault-url=%2$s
                        token-vault.backends.%1$s.authority-host=%3$s
                        token-vault.backends.%1$s.tenant-id=%4$s
                        token-vault.backends.%1$s.client-id=%5$s
                        token-vault.backends.%1$s.client-secret-file=%6$s""".formatted(
                                backend, server.url(), server.authority(), KeyVault.TENANT, KeyVault.CLIENT, secret),
                Map.of("JAVA_TOOL_OPTIONS", KeyVault.jvmOptions(folder)),
                Optional.empty(),
                name -> {
                    String flat = String.join("-", name.segments());
                    JsonNode found = server.secret(flat);
                    return server.isDeleted(flat) || !found.path("value").isTextual()
                            ? Optional.empty()
                            : Optional.of(json(found.path("value").asText()));
                },
                server);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (Exception failed) {
            throw new IllegalStateException("the server of a test does not stop", failed);
        }
    }
}
