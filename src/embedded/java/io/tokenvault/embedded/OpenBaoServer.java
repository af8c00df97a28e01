package io.tokenvault.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OpenBao on loopback that keeps its data over restarts and unseals itself with a key beside it: enough to try the
 * service out. The token {@code root} may do everything, as in OpenBao's own development mode; the service gets one of
 * its own that sees nothing but {@code token-vault/}.
 */
final class OpenBaoServer implements EmbeddedServer {
    private static final String PROGRAM = "TOKEN_VAULT_BAO";
    private static final Duration LONGEST_START = Duration.ofMinutes(1);
    private static final String SET_UP = "openbao.set-up";
    private static final String ROOT_TOKEN = "openbao.root-token";
    private static final Pattern TOKEN_FIELD =
            Pattern.compile("\"(?:root_token|client_token)\"\\s*:\\s*\"([A-Za-z0-9._-]+)\"");

    /** Put in front of the program: a session of its own keeps the terminal's Ctrl-C from it, so that it stops last. */
    private static final String IN_OWN_SESSION = "import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])";

    private final DataFolder folder;
    private final Ports ports;
    private final Path program;
    private final Path pidFile;
    private final Path log;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private Optional<Process> running = Optional.empty();
    private String serviceToken = "";

    OpenBaoServer(DataFolder folder, Ports ports) {
        this.folder = folder;
        this.ports = ports;
        this.program = Optional.ofNullable(System.getenv(PROGRAM))
                .map(Path::of)
                .filter(Files::isExecutable)
                .orElseThrow(() -> new Refusal(PROGRAM + " does not name the OpenBao program; start it with make."));
        this.pidFile = folder.resolve("openbao.pid");
        this.log = folder.resolve("openbao.log");
    }

    @Override
    public void start() throws IOException {
        endLeftBehind();
        ports.requireFreeForOpenBao();
        if (folder.read(SET_UP).isEmpty()) {
            // Nothing was ever kept in a store that was not set up to the end.
            DataFolder.delete(folder.resolve("openbao"));
            Files.deleteIfExists(folder.resolve(ROOT_TOKEN));
        }
        Path config = writeConfig();
        Process process = new ProcessBuilder(
                        program.resolveSibling("python3").toString(),
                        "-c",
                        IN_OWN_SESSION,
                        program.toString(),
                        "server",
                        "-config=" + config)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        running = Optional.of(process);
        process.getOutputStream().close();
        awaitHealth(process);
        if (folder.read(SET_UP).isEmpty()) {
            setUp();
        }
        serviceToken = makeServiceToken();
    }

    @Override
    public void stop() {
        running.ifPresent(process -> end(process.toHandle()));
        running = Optional.empty();
    }

    /** The settings that make the service use this server. */
    String settings() {
        return """
                token-vault.system.backend=main
                token-vault.backends.main.type=vault
                token-vault.backends.main.url=%s
                token-vault.backends.main.mount=secret
                token-vault.backends.main.auth.method=token
                token-vault.backends.main.auth.token=%s
                token-vault.unsafe.static-backend-token=true
                token-vault.unsafe.plain-http=true
                """.formatted(ports.openBaoAddress(), serviceToken);
    }

    /** What to type in order to read a connection's token as a consumer would. */
    String howToRead() {
        return """
                OpenBao is at %1$s. A connection's token is read with (put its connection_id for ID):

                  BAO_ADDR=%1$s BAO_TOKEN=root %2$s kv get -mount=secret -field=token token-vault/production/ID/token
                """.formatted(ports.openBaoAddress(), program);
    }

    private Path writeConfig() throws IOException {
        Path data = folder.folder("openbao");
        Path sealKey = folder.resolve("openbao.seal-key");
        if (!Files.exists(sealKey)) {
            folder.write("openbao.seal-key", DataFolder.randomBytes());
        }
        return folder.write("openbao.hcl", """
                ui = false
                api_addr = "%1$s"
                cluster_addr = "http://127.0.0.1:%2$d"
                pid_file = "%3$s"
                listener "tcp" {
                  address = "127.0.0.1:%4$d"
                  cluster_address = "127.0.0.1:%2$d"
                  tls_disable = true
                }
                storage "raft" {
                  path = "%5$s"
                  node_id = "one"
                  performance_multiplier = "1"
                }
                seal "static" {
                  current_key_id = "one"
                  current_key = "file://%6$s"
                }
                """.formatted(
                        ports.openBaoAddress(), ports.openBaoCluster(), pidFile, ports.openBao(), data, sealKey));
    }

    /** Codes of {@code GET /v1/sys/health}: 200 ready, 501 not initialised, others not yet. */
    private void awaitHealth(Process process) throws IOException {
        boolean initialised = folder.read(SET_UP).isPresent();
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            int status = health();
            if (status == 200 || (status == 501 && !initialised)) {
                return;
            }
            pause();
        }
        throw new Refusal("OpenBao did not start. Its own words are in " + log + ".");
    }

    private void setUp() throws IOException {
        String initialised = call("PUT", "sys/init", "", """
                {"recovery_shares":1,"recovery_threshold":1}""");
        String root = tokenIn(initialised);
        folder.write(ROOT_TOKEN, root);
        awaitLeader();
        call("POST", "sys/mounts/secret", root, """
                {"type":"kv","options":{"version":"2"}}""");
        call("PUT", "sys/policies/acl/token-vault", root, """
                {"policy":"path \\"secret/data/token-vault/*\\" { capabilities = [\\"create\\", \\"update\\", \\"read\\", \
                \\"delete\\"] }\\npath \\"secret/metadata/token-vault/*\\" { capabilities = [\\"create\\", \\"update\\", \
                \\"read\\", \\"delete\\", \\"list\\"] }"}""");
        call("POST", "auth/token/create", root, """
                {"id":"root","policies":["root"],"no_parent":true,"display_name":"root"}""");
        folder.write(SET_UP, "done");
    }

    private void awaitLeader() throws IOException {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (health() != 200) {
            if (System.nanoTime() > end) {
                throw new Refusal("OpenBao did not become ready. Its own words are in " + log + ".");
            }
            pause();
        }
    }

    /** A new one for each start, as every token that is no root token has an end. */
    private String makeServiceToken() throws IOException {
        String root = folder.read(ROOT_TOKEN).orElseThrow(() -> new Refusal(folder.resolve(ROOT_TOKEN) + " is gone."));
        return tokenIn(call("POST", "auth/token/create", root, """
                {"policies":["token-vault"],"no_parent":true,"ttl":"768h","display_name":"token-vault"}"""));
    }

    private static String tokenIn(String answer) {
        Matcher found = TOKEN_FIELD.matcher(answer);
        if (!found.find()) {
            throw new Refusal("OpenBao answered without a token.");
        }
        return found.group(1);
    }

    private int health() throws IOException {
        try {
            return send("GET", "sys/health", "", "").statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    private String call(String method, String path, String token, String body) throws IOException {
        HttpResponse<String> answer = send(method, path, token, body);
        if (answer.statusCode() / 100 != 2) {
            throw new Refusal("OpenBao answered " + answer.statusCode() + " to " + method + " " + path + ".");
        }
        return answer.body();
    }

    private HttpResponse<String> send(String method, String path, String token, String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(ports.openBaoAddress() + "/v1/" + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("X-Vault-Token", token);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private void endLeftBehind() throws IOException {
        LeftBehind.find(pidFile, folder.resolve("openbao.hcl").toString()).ifPresent(OpenBaoServer::end);
    }

    private static void end(ProcessHandle process) {
        process.destroy();
        try {
            process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        } catch (CompletionException stillThere) {
            process.destroyForcibly();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
