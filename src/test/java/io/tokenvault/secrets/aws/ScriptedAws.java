package io.tokenvault.secrets.aws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.ScriptedServer;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** A service that answers as it is told to, in the wire protocol of AWS Secrets Manager, and a backend that asks it. */
final class ScriptedAws implements AutoCloseable {
    static final SecretName NAME = new SecretName.ConnectionToken(
            new EnvironmentName("production"), new ConnectionId("c00000000000000000000000"));
    static final SecretName KEYRING = new SecretName.Keyring(new EnvironmentName("production"));
    static final SecretValue VALUE = SecretValue.of(JsonNodeFactory.instance
            .objectNode()
            .put("token", "tv_not-for-logs")
            .put("generation", 2));
    static final AwsCredentialsProvider US =
            () -> AwsSessionCredentials.create("an-id", "a-key-not-for-logs", "a-session-token");
    static final String VERSION = "f".repeat(32);
    static final String NOT_FOUND = "ResourceNotFoundException";

    private final ScriptedServer server = new ScriptedServer(ScriptedAws::operation);

    private static String operation(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("X-Amz-Target").replace("secretsmanager.", "");
    }

    /** For answers that are not the service's. */
    ScriptedServer server() {
        return server;
    }

    SecretsBackend backend() {
        return backend(US);
    }

    SecretsBackend backend(AwsCredentialsProvider credentials) {
        return at(server.url().toString(), credentials);
    }

    static SecretsBackend at(String endpoint, AwsCredentialsProvider credentials) {
        Map<String, String> settings = Map.of("type", "aws", "region", "eu-central-1", "endpoint", endpoint);
        return AwsSecretsBackend.connect(
                "main", KEYRING, Settings.backend(settings), Settings.unsafe("plain-http"), credentials);
    }

    /** The next answer is this error. */
    ScriptedAws then(int status, String code) {
        return then(status, code, Map.of());
    }

    ScriptedAws then(int status, String code, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/x-amz-json-1.1");
        all.put("x-amzn-RequestId", "request-7");
        server.then(status, "{\"__type\":\"" + code + "\",\"message\":\"not-for-logs\"}", all);
        return this;
    }

    /** The next answer is a success with this body. */
    ScriptedAws then(String body) {
        server.then(200, body, Map.of("Content-Type", "application/x-amz-json-1.1"));
        return this;
    }

    ScriptedAws thenStored(String version, long generation) {
        return then("{\"VersionId\":\"" + version + "\",\"SecretString\":\"{\\\"token\\\":\\\"x\\\",\\\"generation\\\":"
                + generation + "}\",\"VersionStages\":[\"AWSCURRENT\"]}");
    }

    /** As often as the client tries. */
    ScriptedAws thenThrice(Runnable answer) {
        for (int attempt = 0; attempt < 3; attempt++) {
            answer.run();
        }
        return this;
    }

    @Override
    public void close() {
        server.close();
    }
}
