package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.tokenvault.testing.KeyVaultSecrets.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * Stands in for Azure Key Vault and Microsoft Entra on loopback, over TLS: the part of the REST API 7.6 that secrets
 * need, as the vendor's documentation tells it. There is no server of Microsoft's that runs outside of Azure; what is
 * shown against this one is shown against our reading of the documentation. It can be told to answer like a service in
 * trouble.
 */
public final class KeyVault implements AutoCloseable {
    public static final String TENANT = KeyVaultLogin.TENANT;
    public static final String CLIENT = KeyVaultLogin.CLIENT;
    public static final String CLIENT_SECRET = KeyVaultLogin.CLIENT_SECRET;
    /** The signed identity that the application trusts. */
    public static final String ASSERTION = KeyVaultLogin.ASSERTION;

    /** What to do with one request. */
    public interface Trouble {
        void happen(HttpExchange exchange) throws IOException;
    }

    private static final TestCertificate CERTIFICATE =
            TestCertificate.of("dns:localhost,dns:*.vault.azure.net,ip:127.0.0.1");
    private static final Pattern LOGIN = Pattern.compile("/([^/]+)/oauth2/v2.0/token");
    private static final String IDENTITY = "/identity";
    private static final Pattern SECRET = Pattern.compile("/(secrets|deletedsecrets)/([^/]*)(?:/([^/]*))?");

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final KeyVaultLogin login = new KeyVaultLogin();
    private final KeyVaultSecrets secrets;
    private final Map<String, Queue<Trouble>> troubles = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private KeyVault(boolean purgeable) {
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        secrets = new KeyVaultSecrets(url(), purgeable);
        server.setHttpsConfigurator(new HttpsConfigurator(CERTIFICATE.server()));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public static KeyVault start() {
        return new KeyVault(true);
    }

    /** A vault with purge protection. */
    public static KeyVault startWithPurgeProtection() {
        return new KeyVault(false);
    }

    public String url() {
        return "https://x.vault.azure.net:" + port();
    }

    public String authority() {
        return "https://localhost:" + port();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public void withdrawTokens() {
        login.withdrawTokens();
    }

    /** The variables of a machine that has a managed identity. */
    public Map<String, String> managedIdentity() {
        return Map.of("IDENTITY_ENDPOINT", authority() + IDENTITY, "IDENTITY_HEADER", KeyVaultLogin.IDENTITY_HEADER);
    }

    /** The trust of a client in this server and no other. */
    public static SSLContext trust() {
        return CERTIFICATE.client();
    }

    /** What a JVM of its own needs to find and trust this server. */
    public static String jvmOptions(Path folder) {
        try {
            // The file takes the place of all name resolution.
            Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost x.vault.azure.net\n");
            return "-Djdk.net.hosts.file=" + hosts + " -Djavax.net.ssl.trustStore="
                    + CERTIFICATE.trustStore(folder.resolve("trust.p12")) + " -Djavax.net.ssl.trustStorePassword="
                    + TestCertificate.PASSWORD;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** As somebody with a portal does it. */
    public void disable(String name) {
        secrets.disable(name);
    }

    /** As somebody with a portal does it. */
    public Answer put(String name, String body) {
        return secrets.set(name, KeyVaultHttp.json(body));
    }

    /** The current version as the service tells it; for a deleted one or none an error. */
    public JsonNode secret(String name) {
        return secrets.get(name, "").body();
    }

    public int versions(String name) {
        return secrets.versionCount(name);
    }

    public boolean isDeleted(String name) {
        return secrets.deleted(name).status() == 200;
    }

    /** {@code METHOD path} of each request that came with a good token, and of each login. */
    public List<String> requests() {
        return requests;
    }

    /** The next such request that is none of login and challenge meets trouble. {@code request} as in METHOD folder. */
    public KeyVault next(String request, Trouble trouble) {
        troubles.computeIfAbsent(request, _ -> new ConcurrentLinkedQueue<>()).add(trouble);
        return this;
    }

    public KeyVault next(String request, int status, String body) {
        return next(request, status, body, Map.of());
    }

    public KeyVault next(String request, int status, String body, Map<String, String> headers) {
        return next(request, exchange -> {
            headers.forEach(exchange.getResponseHeaders()::set);
            KeyVaultHttp.answer(exchange, status, body);
        });
    }

    /** Takes the request and never answers. */
    public Trouble hang() {
        return _ -> awaitClose();
    }

    /** Takes the request, starts an answer and never ends it. */
    public Trouble hangInTheBody() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"value\":".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            awaitClose();
        };
    }

    /** Takes the request and cuts the connection. */
    public Trouble cut() {
        return HttpExchange::close;
    }

    /** Does what was asked for and cuts the connection. */
    public Trouble loseTheAnswer() {
        return exchange -> {
            serve(exchange, KeyVaultHttp.body(exchange));
            exchange.close();
        };
    }

    /** Does something else first, and then what was asked for. */
    public Trouble after(Runnable before) {
        return exchange -> {
            before.run();
            KeyVaultHttp.answer(exchange, serve(exchange, KeyVaultHttp.body(exchange)));
        };
    }

    /** Does what was asked for, then something else, and answers then. */
    public Trouble before(Runnable after) {
        return exchange -> {
            Answer answer = serve(exchange, KeyVaultHttp.body(exchange));
            after.run();
            KeyVaultHttp.answer(exchange, answer);
        };
    }

    private void handle(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        exchange.getResponseHeaders().set("x-ms-request-id", UUID.randomUUID().toString());
        boolean isLogin = LOGIN.matcher(path).matches() || path.equals(IDENTITY);
        if (!isLogin && !login.isGood(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer authorization=\"" + authority() + "/" + TENANT + "\", resource=\""
                                    + KeyVaultLogin.RESOURCE + "\"");
            KeyVaultHttp.answer(exchange, Answer.refusal(401, "Unauthorized", ""));
            return;
        }
        requests.add(method + " " + path);
        String kind = isLogin ? "login" : method + " " + path.split("/", 3)[1];
        Queue<Trouble> waiting = troubles.get(kind);
        Trouble trouble = waiting == null ? null : waiting.poll();
        if (trouble != null) {
            trouble.happen(exchange);
        } else {
            KeyVaultHttp.answer(exchange, serve(exchange, KeyVaultHttp.body(exchange)));
        }
    }

    private Answer serve(HttpExchange exchange, String body) {
        String path = exchange.getRequestURI().getPath();
        Matcher login = LOGIN.matcher(path);
        if (login.matches()) {
            return exchange.getRequestMethod().equals("POST")
                    ? this.login.token(login.group(1), body)
                    : Answer.refusal(405, "MethodNotAllowed", "");
        }
        Map<String, String> query = KeyVaultHttp.query(exchange);
        if (path.equals(IDENTITY)) {
            return this.login.managed(query, exchange.getRequestHeaders().getFirst("X-IDENTITY-HEADER"));
        }
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (!("https://" + host).equals(url()) || !"7.6".equals(query.get("api-version"))) {
            return Answer.refusal(400, "BadParameter", "");
        }
        Matcher secret = SECRET.matcher(path);
        if (!secret.matches()) {
            return Answer.refusal(404, "NotFound", "");
        }
        String name = secret.group(2);
        String last = secret.group(3) == null ? "" : secret.group(3);
        String action = exchange.getRequestMethod() + " " + secret.group(1);
        return switch (action) {
            case "PUT secrets" -> secrets.set(name, KeyVaultHttp.json(body));
            case "GET secrets" ->
                last.equals("versions")
                        ? secrets.versions(
                                name,
                                Integer.parseInt(query.getOrDefault("$skiptoken", "0")),
                                url() + path + "?api-version=7.6&$skiptoken=")
                        : secrets.get(name, last);
            case "DELETE secrets" -> secrets.delete(name);
            case "GET deletedsecrets" -> secrets.deleted(name);
            case "POST deletedsecrets" ->
                last.equals("recover") ? secrets.recover(name) : Answer.refusal(404, "NotFound", "");
            case "DELETE deletedsecrets" -> secrets.purge(name);
            default -> Answer.refusal(405, "MethodNotAllowed", "");
        };
    }

    private void awaitClose() {
        try {
            closing.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.close();
    }
}
