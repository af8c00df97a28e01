package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
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
import java.util.function.Function;

/** Answers like a server in a mood that a real one cannot be brought into; one scripted answer for each request. */
public final class ScriptedServer implements AutoCloseable {
    /** What to do with one request. */
    public interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Function<HttpExchange, String> described;

    /** @param described what {@link #requests()} shows of a request */
    public ScriptedServer(Function<HttpExchange, String> described) {
        this.described = described;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Its address, plain http. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Does that with the next request. */
    public ScriptedServer then(Answer answer) {
        script.add(answer);
        return this;
    }

    /** Answers the next request so. */
    public ScriptedServer then(int status, String body) {
        return then(answering(status, body, Map.of()));
    }

    /** Answers the next request so. */
    public ScriptedServer then(int status, String body, Map<String, String> headers) {
        return then(answering(status, body, headers));
    }

    /** Takes the request and never answers. */
    public ScriptedServer thenHang() {
        return then(_ -> awaitClose());
    }

    /** Takes the request, starts an answer and never ends it. */
    public ScriptedServer thenHangInTheBody() {
        return then(exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"data\":".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            awaitClose();
        });
    }

    /** Takes the request and cuts the connection. */
    public ScriptedServer thenCut() {
        return then(HttpExchange::close);
    }

    /** Forgets the answers that nobody has asked for. */
    public void forget() {
        script.clear();
    }

    /** Each request, as described, in order. */
    public List<String> requests() {
        return requests;
    }

    /** An answer with this status, body and headers. */
    public static Answer answering(int status, String body, Map<String, String> headers) {
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
    public static Answer cutAfter(int status, String body) {
        return exchange -> {
            boolean hasBody = status != 204 && !exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, hasBody ? body.getBytes(UTF_8).length + 10L : -1);
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.setStreams(new ByteArrayInputStream(exchange.getRequestBody().readAllBytes()), null);
        requests.add(described.apply(exchange));
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
