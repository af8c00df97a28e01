package io.tokenvault.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Stands in front of one or more servers that speak plain http, passes every request on, and loses what it is told to
 * lose: a server behind it has carried out what its caller never hears of. Requests go to the servers in turn, as
 * through a load balancer that knows nothing of them.
 */
public final class LossyProxy implements AutoCloseable {
    private static final Set<String> NOT_PASSED_ON =
            Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade");

    private static final int BACKLOG = 1024;

    /** What becomes of a request. */
    public enum Fate {
        /** It is answered. */
        PASS,
        /** The server carries it out; the connection ends without an answer. */
        LOSE_ANSWER,
        /** The server carries it out; the answer ends in the middle. */
        CUT_ANSWER,
        /** The server carries it out; the answer never comes, and the connection stays. */
        HOLD_ANSWER,
        /** The server never sees it; the connection ends. */
        LOSE_REQUEST,
        /** The server never sees it; the connection stays. */
        HOLD_REQUEST
    }

    /**
     * A request as it came.
     *
     * @param number counted from 0
     * @param path as it was sent, with the query
     */
    public record Request(int number, String method, String path) {}

    private final HttpServer server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<URI> targets;
    private volatile Function<Request, Fate> plan = _ -> Fate.PASS;

    private LossyProxy(List<URI> targets) {
        this.targets = targets;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A proxy on a free port of loopback that loses nothing yet. */
    public static LossyProxy to(URI... targets) {
        return new LossyProxy(List.of(targets));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** From now on, each request meets the fate that {@code plan} gives it. */
    public LossyProxy plan(Function<Request, Fate> chosen) {
        plan = chosen;
        return this;
    }

    /** All requests so far. */
    public List<Request> requests() {
        return requests;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Request request = new Request(
                numbers.getAndIncrement(),
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString());
        requests.add(request);
        Fate fate = plan.apply(request);
        switch (fate) {
            case LOSE_REQUEST -> exchange.close();
            case HOLD_REQUEST -> awaitClose();
            case PASS, LOSE_ANSWER, CUT_ANSWER, HOLD_ANSWER -> {
                try {
                    answer(exchange, passedOn(exchange, request, body), fate);
                } catch (IOException serverGone) {
                    exchange.close();
                }
            }
        }
    }

    private HttpResponse<byte[]> passedOn(HttpExchange exchange, Request request, byte[] body) throws IOException {
        URI target = targets.get(request.number() % targets.size());
        HttpRequest.Builder sent = HttpRequest.newBuilder(target.resolve(request.path()))
                .method(
                        request.method(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> sent.header(name, value));
            }
        });
        try {
            return client.send(sent.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    private void answer(HttpExchange exchange, HttpResponse<byte[]> answer, Fate fate) throws IOException {
        if (fate == Fate.HOLD_ANSWER) {
            awaitClose();
        }
        if (fate == Fate.LOSE_ANSWER || fate == Fate.HOLD_ANSWER) {
            exchange.close();
            return;
        }
        answer.headers().map().forEach((name, values) -> {
            if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        byte[] body = answer.body();
        exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body, 0, fate == Fate.CUT_ANSWER ? body.length / 2 : body.length);
            exchange.getResponseBody().flush();
        }
        exchange.close();
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
        client.close();
    }
}
