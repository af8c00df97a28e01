package io.tokenvault.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenvault.testing.FreePorts;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/** Keycloak in development mode, with one confidential client and an access token of it. */
final class KeycloakServer implements AutoCloseable {
    private static final String PASSWORD = "a-password-of-the-bench";
    private static final String CLIENT = "bench";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final URI address;

    private KeycloakServer(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Starts the distribution in {@code home}; returns when it answers. */
    static KeycloakServer start(Path home, Path folder) throws IOException {
        int port = FreePorts.next();
        ProcessBuilder builder = new ProcessBuilder(
                        home.resolve("bin/kc.sh").toString(),
                        "start-dev",
                        "--db=dev-mem",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--http-management-port=" + FreePorts.next())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keycloak.log").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", "admin");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", PASSWORD);
        KeycloakServer server = new KeycloakServer(builder.start(), URI.create("http://127.0.0.1:" + port));
        if (!Waiting.until(Duration.ofMinutes(2), server::answers)) {
            server.close();
            throw new IOException("Keycloak did not start, see " + folder.resolve("keycloak.log"));
        }
        return server;
    }

    long pid() {
        return process.pid();
    }

    URI introspection() {
        return address.resolve("/realms/master/protocol/openid-connect/token/introspect");
    }

    /** The credential of the client, for HTTP Basic. */
    String basic() {
        return "Basic "
                + Base64.getEncoder().encodeToString((CLIENT + ":" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
    }

    /** An access token of the client, which is made first. */
    String token() throws IOException, InterruptedException {
        String admin = token("grant_type=password&client_id=admin-cli&username=admin&password=" + PASSWORD, "");
        HttpResponse<String> created = send(HttpRequest.newBuilder(address.resolve("/admin/realms/master/clients"))
                .header("Authorization", "Bearer " + admin)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        {"clientId":"%s","secret":"%s","serviceAccountsEnabled":true,"publicClient":false,
                         "attributes":{"access.token.lifespan":"3600"}}""".formatted(CLIENT, PASSWORD))));
        if (created.statusCode() != 201) {
            throw new IOException("Keycloak makes no client: " + created.body());
        }
        return token("grant_type=client_credentials", basic());
    }

    private String token(String form, String authorization) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        address.resolve("/realms/master/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        JsonNode answer = new ObjectMapper().readTree(send(request).body());
        if (!answer.has("access_token")) {
            throw new IOException("Keycloak gives no token: " + answer);
        }
        return answer.get("access_token").asText();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private boolean answers() {
        try {
            return send(HttpRequest.newBuilder(address.resolve("/realms/master")))
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            throw new UncheckedIOException(new IOException(interrupted));
        }
    }

    /** Ends the script and the server that it started. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
