package io.tokenvault.secrets.vault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers like a server in a mood that a real one cannot be brought into; one scripted answer for each request. */
final class VaultStub implements AutoCloseable {
    /** What to do with one request. */
    interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    static final String ABSENT = "{\"errors\":[]}";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    VaultStub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    VaultStub then(Answer answer) {
        script.add(answer);
        return this;
    }

    VaultStub then(int status, String body) {
        return then(answering(status, body, Map.of()));
    }

    VaultStub then(int status, String body, Map<String, String> headers) {
        return then(answering(status, body, headers));
    }

    /** Takes the request and never answers. */
    VaultStub thenHang() {
        return then(_ -> awaitClose());
    }

    /** Takes the request, starts an answer and never ends it. */
    VaultStub thenHangInTheBody() {
        return then(exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"data\":".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            awaitClose();
        });
    }

    /** Takes the request and cuts the connection. */
    VaultStub thenCut() {
        return then(HttpExchange::close);
    }

    /** Forgets the answers that nobody has asked for. */
    void forget() {
        script.clear();
    }

    /** {@code METHOD path token} of each request. */
    List<String> requests() {
        return requests;
    }

    static Answer answering(int status, String body, Map<String, String> headers) {
        return exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            headers.forEach(exchange.getResponseHeaders()::set);
            if (bytes.length == 0
                    || status == 204
                    || exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(status, -1);
            } else {
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        };
    }

    /** Promises a longer body and ends the connection after this one. */
    static Answer cutAfter(int status, String body) {
        return exchange -> {
            boolean hasBody = status != 204 && !exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, hasBody ? body.getBytes(UTF_8).length + 10L : -1);
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        requests.add(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " "
                        + exchange.getRequestHeaders().getFirst("X-Vault-Token"));
        Answer next = script.poll();
        if (next == null) {
            next = answering(599, "the script has ended", Map.of());
        }
        next.give(exchange);
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
