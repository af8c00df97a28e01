package io.tokenvault.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.MDC;

/**
 * The first and the last to see every request: gives it its id, its defaults and a path with one reading, turns
 * whatever fails underneath into a problem document, and lets no unread body hold up a connection.
 */
@Singleton
public final class FrontFilter {
    /** Before everything of ours and of the framework's that could answer. */
    private static final int FIRST = 1_000_000;

    private static final Duration DRAIN = Duration.ofSeconds(10);

    void register(@Observes Filters filters) {
        filters.register(FrontFilter::admit, FIRST);
    }

    static void admit(RoutingContext exchange) {
        stamp(exchange);
        drainUnread(exchange);
        switch (RequestTarget.judge(Exchange.path(exchange))) {
            case PLAIN -> exchange.next();
            case NOTHING_THERE -> Problems.write(exchange, Failures.of(404));
            case MALFORMED ->
                Problems.write(exchange, ProblemException.malformed("the path of the URL is not well-formed"));
        }
    }

    /** Answers what failed outside of any route: a framework's refusal, or an exception that nobody caught. */
    static void fail(RoutingContext exchange) {
        stamp(exchange);
        Throwable failure = exchange.failure();
        if (failure == null || (exchange.statusCode() < 500 && !(failure instanceof ProblemException))) {
            Problems.write(exchange, Failures.of(exchange.statusCode()));
        } else {
            Problems.write(exchange, failure);
        }
    }

    /** The headers of every answer; a route that wants another caching says so afterwards. */
    private static void stamp(RoutingContext exchange) {
        RequestId id = RequestId.of(exchange);
        MDC.put("requestId", id.value());
        MultiMap headers = exchange.response().headers();
        headers.set(RequestId.HEADER, id.value());
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("X-Frame-Options", "DENY");
    }

    /**
     * A body that nobody read is thrown away after the answer, for a while: closing at once would reset the connection,
     * and the client might lose the answer that tells it why.
     */
    private static void drainUnread(RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        exchange.addHeadersEndHandler(_ -> {
            if (exchange.response().getStatusCode() == 413 && request.version() != HttpVersion.HTTP_2) {
                exchange.response().putHeader("Connection", "close");
            }
        });
        exchange.addEndHandler(_ -> {
            if (!request.isEnded() && !exchange.response().closed()) {
                boolean close = exchange.response().getStatusCode() == 413;
                long timer = exchange.vertx()
                        .setTimer(DRAIN.toMillis(), _ -> request.connection().close());
                request.handler(_ -> {});
                request.endHandler(_ -> {
                    exchange.vertx().cancelTimer(timer);
                    if (close && request.version() != HttpVersion.HTTP_2) {
                        request.connection().close();
                    }
                });
                request.resume();
            }
        });
    }
}
