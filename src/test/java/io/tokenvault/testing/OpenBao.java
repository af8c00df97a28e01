package io.tokenvault.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A real OpenBao server in development mode on a free port of loopback: in memory, unsealed, KV version 2 at
 * {@code secret/}. The binary is installed when it is missing ({@code src/test/tools/install-openbao.sh}).
 */
public final class OpenBao implements AutoCloseable {
    public static final String ROOT_TOKEN = "root-token-of-a-test";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final URI url;
    private final Optional<Path> caFile;
    private final HttpClient http;
    private final Path log;

    private OpenBao(Process process, URI url, Optional<Path> caFile, Path log) {
        this.log = log;
        this.process = process;
        this.url = url;
        this.caFile = caFile;
        this.http = client(caFile);
    }

    /** A server that speaks plain http. */
    public static OpenBao start(Path folder) {
        return start(folder, false);
    }

    /** A server that speaks https with a certificate of its own authority, {@link #caFile()}. */
    public static OpenBao startWithTls(Path folder) {
        return start(folder, true);
    }

    private static OpenBao start(Path folder, boolean tls) {
        try {
            int port = freePort();
            List<String> command = new ArrayList<>(List.of(
                    binary(),
                    "server",
                    "-dev",
                    "-dev-root-token-id=" + ROOT_TOKEN,
                    "-dev-listen-address=127.0.0.1:" + port,
                    "-dev-no-store-token"));
            if (tls) {
                command.add("-dev-tls");
                command.add("-dev-tls-cert-dir=" + Files.createDirectories(folder.resolve("tls")));
            }
            Path log = folder.resolve("openbao.log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            // The test JVM may be stopped in the middle of a test; the server must not outlive it.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            long giveUpAt = System.nanoTime() + START_LIMIT.toNanos();
            Optional<Path> caFile =
                    Optional.of(folder.resolve("tls/vault-ca.pem")).filter(_ -> tls);
            while (caFile.isPresent() && Files.notExists(caFile.get())) {
                pause(process, folder, giveUpAt);
            }
            OpenBao server =
                    new OpenBao(process, URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port), caFile, log);
            while (!server.isReady()) {
                pause(process, folder, giveUpAt);
            }
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public URI url() {
        return url;
    }

    public long pid() {
        return process.pid();
    }

    /** The authority of the server's certificate; empty when it speaks plain http. */
    public Optional<Path> caFile() {
        return caFile;
    }

    /** The path of the installed binary. */
    public static String binary() {
        try {
            Process installer = new ProcessBuilder("src/test/tools/install-openbao.sh")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(installer.getInputStream(), StandardCharsets.UTF_8))) {
                String path = output.readLine();
                if (path == null || installer.waitFor() != 0) {
                    throw new IllegalStateException("OpenBao could not be installed");
                }
                return path;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Calls the server's API as root; {@code body} is JSON, or empty for none. The answer's JSON. */
    public JsonNode call(String method, String path, String body) {
        return call(ROOT_TOKEN, method, path, body);
    }

    /** Calls the server's API with that token. */
    public JsonNode call(String token, String method, String path, String body) {
        HttpResponse<String> answer = send(token, method, path, body);
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        try {
            return answer.body().isEmpty() ? JSON.missingNode() : JSON.readTree(answer.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The current value of a secret in the mount {@code secret}; empty when there is none, or it was deleted. */
    public Optional<JsonNode> secret(String name) {
        String path = "secret/data/" + name;
        return status(ROOT_TOKEN, "GET", path, "") == 404
                ? Optional.empty()
                : Optional.of(call("GET", path, "").at("/data/data"));
    }

    /** Stops the server where it stands: its port takes connections, and nobody answers. */
    public void hang() {
        signal("STOP");
    }

    /** Lets it go on where it stopped. */
    public void goOn() {
        signal("CONT");
    }

    /** Seals the server: it refuses every call until {@link #unseal}. */
    public void seal() {
        call("PUT", "sys/seal", "");
    }

    public void unseal() {
        call("PUT", "sys/unseal", "{\"key\":\"" + unsealKey() + "\"}");
    }

    /** The status of such a call. */
    public int status(String token, String method, String path, String body) {
        return send(token, method, path, body).statusCode();
    }

    private HttpResponse<String> send(String token, String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/v1/" + path))
                .header("X-Vault-Token", token)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private void signal(String name) {
        try {
            int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exitCode != 0) {
                throw new IllegalStateException("kill -" + name + " ended with " + exitCode);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The development server says it once, when it starts. */
    private String unsealKey() {
        String label = "Unseal Key: ";
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith(label))
                    .map(line -> line.substring(label.length()).strip())
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("OpenBao did not say its unseal key"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private boolean isReady() {
        try {
            // The development server makes its mount and its token a moment after it opens the port.
            return status(ROOT_TOKEN, "GET", "secret/config", "") == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private static void pause(Process process, Path folder, long giveUpAt) {
        if (!process.isAlive() || System.nanoTime() - giveUpAt > 0) {
            process.destroyForcibly();
            throw new IllegalStateException("OpenBao did not start, see " + folder.resolve("openbao.log"));
        }
        try {
            Thread.sleep(50);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static HttpClient client(Optional<Path> caFile) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        caFile.ifPresent(file -> builder.sslContext(trusting(file)));
        return builder.build();
    }

    private static SSLContext trusting(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            Certificate authority = CertificateFactory.getInstance("X.509").generateCertificate(pem);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", authority);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (Exception unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            goOn();
        }
        http.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
