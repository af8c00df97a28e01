package io.tokenvault.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jboss.logging.MDC;

/**
 * The first and the last to see every request: gives it its id, its defaults and a path with one reading, turns
 * whatever fails underneath into a problem document, and lets no unread body hold up a connection.
 */
@Singleton
public final class FrontFilter {
    /** Before everything of ours and of the framework's that could answer. */
    private static final int FIRST = 1_000_000;

    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized(RequestId.HEADER);
    private static final Map<CharSequence, CharSequence> STANDING = Map.of(
            HttpHeaders.CACHE_CONTROL,
            HttpHeaders.createOptimized("no-store"),
            HttpHeaders.createOptimized("X-Content-Type-Options"),
            HttpHeaders.createOptimized("nosniff"),
            HttpHeaders.createOptimized("Referrer-Policy"),
            HttpHeaders.createOptimized("no-referrer"),
            HttpHeaders.createOptimized("X-Frame-Options"),
            HttpHeaders.createOptimized("DENY"));

    /** What requests without a usable target are called in the metrics. */
    private static final String UNREADABLE = "/unreadable";

    private static final Duration DRAIN = Duration.ofSeconds(10);

    void register(@Observes Filters filters) {
        filters.register(FrontFilter::admit, FIRST);
    }

    static void admit(RoutingContext exchange) {
        stamp(exchange);
        drainUnread(exchange);
        if (hasUnknownFraming(exchange.request())) {
            exchange.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            Problems.write(
                    exchange,
                    ProblemException.malformed(
                            "the request is not HTTP/1.0, 1.1 or 2, or has a transfer coding other than" + " chunked"));
            return;
        }
        switch (RequestTarget.judge(Exchange.path(exchange))) {
            case PLAIN -> exchange.next();
            case NOTHING_THERE -> Problems.write(exchange, Failures.of(404));
            case MALFORMED ->
                refuseUnreadable(exchange, ProblemException.malformed("the path of the URL is not well-formed"));
        }
    }

    private static void refuseUnreadable(RoutingContext exchange, ProblemException problem) {
        Exchange.name(exchange, UNREADABLE);
        Problems.write(exchange, problem);
    }

    /**
     * Whether nobody can tell where this request ends: one of another version of HTTP, or with a transfer coding other
     * than chunked (RFC 9112 §6.3), which the parser takes for one without a body, and its body for the next request.
     */
    private static boolean hasUnknownFraming(HttpServerRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return request.version() == null
                || codings.size() > 1
                || (codings.size() == 1 && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst()));
    }

    /** Answers what failed outside of any route: a framework's refusal, or an exception that nobody caught. */
    static void fail(RoutingContext exchange) {
        stamp(exchange);
        Throwable failure = exchange.failure();
        if (failure == null || (exchange.statusCode() < 500 && !(failure instanceof ProblemException))) {
            refuseUnreadable(exchange, Failures.of(exchange.statusCode()));
        } else {
            Problems.write(exchange, failure);
        }
    }

    /** The headers of every answer; a route that wants another caching says so afterwards. */
    private static void stamp(RoutingContext exchange) {
        RequestId id = RequestId.of(exchange);
        MDC.put("requestId", id.value());
        MultiMap headers = exchange.response().headers();
        headers.set(REQUEST_ID, id.value());
        STANDING.forEach(headers::set);
    }

    /**
     * A body that nobody read is thrown away after the answer, for a while: closing at once would reset the connection,
     * and the client might lose the answer that tells it why.
     */
    private static void drainUnread(RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        Context eventLoop = exchange.vertx().getOrCreateContext();
        exchange.addHeadersEndHandler(_ -> {
            if (exchange.response().getStatusCode() == 413 && request.version() != HttpVersion.HTTP_2) {
                exchange.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
        });
        exchange.addEndHandler(answered -> {
            // A broken connection is told here too, while a route may still be reading.
            if (answered.succeeded() && (!request.isEnded() || saysClose(exchange))) {
                eventLoop.runOnContext(_ -> drain(exchange));
            }
        });
    }

    private static void drain(RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        if (request.isEnded()) {
            closeIfSaid(exchange);
            return;
        }
        long timer = exchange.vertx()
                .setTimer(DRAIN.toMillis(), _ -> request.connection().close());
        request.handler(_ -> {});
        request.exceptionHandler(_ -> exchange.vertx().cancelTimer(timer));
        request.endHandler(_ -> {
            exchange.vertx().cancelTimer(timer);
            closeIfSaid(exchange);
        });
        request.resume();
    }

    private static void closeIfSaid(RoutingContext exchange) {
        if (saysClose(exchange)) {
            exchange.request().connection().close();
        }
    }

    private static boolean saysClose(RoutingContext exchange) {
        return exchange.response().headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true);
    }
}
