package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.ScriptedServer;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a server answers, callers see a result or one of the four failures, and no word of the answer. */
class VaultNonsenseTest {
    private static final int CALLS = 1500;
    private static final String MARK = "not-for-logs";
    private static final SecretName NAME = new SecretName.ConnectionToken(
            new EnvironmentName("production"), new ConnectionId("c00000000000000000000000"));
    private static final SecretValue VALUE =
            SecretValue.of(JsonNodeFactory.instance.objectNode().put("token", "tv_" + MARK));

    private static final int[] STATUSES = {
        200, 200, 200, 200, 201, 202, 204, 206, 301, 302, 307, 308, 400, 400, 401, 403, 404, 404, 405, 409, 412, 413,
        418, 422, 429, 472, 473, 474, 500, 501, 502, 503, 504, 530, 599
    };

    private static final List<String> BODIES = List.of(
            "",
            " ",
            "null",
            "{}",
            "[]",
            "17",
            "\"" + MARK + "\"",
            "{\"data\":",
            "<html>" + MARK + "</html>",
            "{\"errors\":[]}",
            "{\"errors\":null}",
            "{\"errors\":\"" + MARK + "\"}",
            "{\"errors\":[\"" + MARK + "\"]}",
            "{\"errors\":[\"check-and-set parameter did not match the current version\"]}",
            "{\"errors\":[\"namespace not found\"]}",
            "{\"errors\":[{\"deep\":[\"" + MARK + "\"]}]}",
            "{\"auth\":null}",
            "{\"auth\":{}}",
            "{\"auth\":[]}",
            "{\"auth\":{\"client_token\":7}}",
            "{\"auth\":{\"client_token\":\"" + MARK + "\\r\\nX: y\"}}",
            "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":-1}}",
            "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":9223372036854775807}}",
            "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":\"" + MARK + "\"}}",
            "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":1200}}",
            "{\"data\":null}",
            "{\"data\":{}}",
            "{\"data\":[]}",
            "{\"data\":\"" + MARK + "\"}",
            "{\"data\":{\"data\":null,\"metadata\":null}}",
            "{\"data\":{\"data\":{\"token\":\"" + MARK + "\"},\"metadata\":{}}}",
            "{\"data\":{\"data\":[],\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":{},\"metadata\":{\"version\":\"1\"}}}",
            "{\"data\":{\"data\":{},\"metadata\":{\"version\":-3}}}",
            "{\"data\":{\"data\":{},\"metadata\":{\"version\":1e400}}}",
            "{\"data\":{\"data\":{},\"metadata\":{\"version\":3,\"custom_metadata\":\"" + MARK + "\"}}}",
            "{\"data\":{\"data\":{},\"metadata\":{\"version\":3,\"custom_metadata\":{\"application\":{}}}}}",
            "{\"data\":{\"data\":{\"generation\":\"" + MARK + "\"},\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":{\"generation\":1e400,\"x\":-1e-400},\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":{\"generation\":99999999999999999999999999},\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":{\"generation\":3,\"generation\":4},\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":{\"token\":\"" + "x".repeat(30_000) + MARK + "\"},\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":{\"deep\":" + "[".repeat(2_000) + "]".repeat(2_000)
                    + "},\"metadata\":{\"version\":1}}}",
            "{\"data\":{\"data\":null,\"metadata\":{\"version\":3,\"deletion_time\":\"" + MARK + "\"}}}",
            "{\"data\":{\"custom_metadata\":[]}}",
            "{\"data\":{\"custom_metadata\":{\"application\":\"" + MARK + "\"}}}",
            "{\"data\":{\"version\":1,\"created_time\":\"" + MARK + "\"}}",
            "{\"data\":{\"version\":1,\"created_time\":\"2030-01-01T00:00:00Z\"}}",
            "{\"data\":{\"generation\":1}} " + MARK,
            "\u0000" + MARK);

    private static final List<Map<String, String>> HEADERS = List.of(
            Map.of(),
            Map.of(),
            Map.of("Retry-After", MARK),
            Map.of("Retry-After", "99999999999999999999"),
            Map.of("Retry-After", "-5"),
            Map.of("Location", "http://127.0.0.1:1/" + MARK),
            Map.of("X-Vault-Index", MARK),
            Map.of("X-Vault-Index", "bnVsbA=="),
            Map.of("X-Vault-Index", "eyJjbHVzdGVyIjoiYyIsInZhbHVlIjoiMTIifQ=="),
            Map.of("Content-Type", "text/html"));

    private final ScriptedServer server = new ScriptedServer(HttpExchange::getRequestMethod);
    private final long seed = new SecureRandom().nextLong();
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    private SecretsBackend backend;

    @BeforeEach
    void connect() throws IOException {
        Path secretId = Files.writeString(folder.resolve("secret-id"), "the-secret-id");
        backend = VaultSecretsBackend.connect(
                "main",
                Settings.backend(Map.of(
                        "type", "vault",
                        "url", server.url().toString(),
                        "auth.method", "approle",
                        "auth.role-id", "the-role",
                        "auth.secret-id-file", secretId.toString())),
                Settings.unsafe("plain-http"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void onlyTheFourFailuresComeOut() {
        for (int call = 0; call < CALLS; call++) {
            server.forget();
            for (int answer = 0; answer < 30; answer++) {
                server.then(nonsense());
            }
            int operation = random.nextInt(4);
            try {
                called(operation);
            } catch (SecretsBackendException failed) {
                assertThat(printed(failed))
                        .as("seed %d, call %d", seed, call)
                        .doesNotContain(MARK, "the-secret-id", "html");
                assertThat(failed).hasNoCause();
            } catch (RuntimeException leaked) {
                throw new AssertionError("seed " + seed + ", call " + call + " of operation " + operation, leaked);
            }
        }
    }

    private void called(int operation) {
        switch (operation) {
            case 0 -> backend.put(NAME, VALUE, 1 + random.nextInt(5));
            case 1 -> backend.get(NAME);
            case 2 -> backend.delete(NAME);
            default -> backend.check();
        }
    }

    private ScriptedServer.Answer nonsense() {
        if (random.nextInt(20) == 0) {
            return exchange -> exchange.close();
        }
        int status = STATUSES[random.nextInt(STATUSES.length)];
        String body = BODIES.get(random.nextInt(BODIES.size()));
        if (random.nextInt(20) == 0) {
            return ScriptedServer.cutAfter(status, body);
        }
        return ScriptedServer.answering(status, body, HEADERS.get(random.nextInt(HEADERS.size())));
    }

    private static String printed(Throwable failed) {
        StringWriter text = new StringWriter();
        failed.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
