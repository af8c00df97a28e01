package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jboss.logging.MDC;

/** Raw routes of the tests. */
public class EdgeProbeRoutes {

    /** How many of these routes are running. */
    static final AtomicInteger RUNNING = new AtomicInteger();

    private record Probe(String path, Set<HttpMethod> methods, RunsOn runsOn, Consumer<RoutingContext> handler)
            implements RawRoute {
        @Override
        public Access access() {
            return new Access.Open("test");
        }

        @Override
        public void handle(RoutingContext exchange) {
            RUNNING.incrementAndGet();
            try {
                handler.accept(exchange);
            } finally {
                RUNNING.decrementAndGet();
            }
        }
    }

    @Produces
    @Singleton
    RawRoute echo() {
        return new Probe(
                "/edge-raw/echo",
                Set.of(HttpMethod.POST),
                RawRoute.RunsOn.VIRTUAL_THREAD,
                exchange -> exchange.response()
                        .putHeader("X-Thread", Thread.currentThread().isVirtual() ? "virtual" : "event-loop")
                        .putHeader("X-Seen-Id", String.valueOf(MDC.get("requestId")))
                        .end(new String(RequestBodies.read(exchange, BodyType.JSON), UTF_8)));
    }

    @Produces
    @Singleton
    RawRoute loop() {
        return new Probe(
                "/edge-raw/loop",
                Set.of(HttpMethod.GET),
                RawRoute.RunsOn.EVENT_LOOP,
                exchange -> exchange.response()
                        .putHeader("X-Thread", Thread.currentThread().isVirtual() ? "virtual" : "event-loop")
                        .putHeader("X-Seen-Id", String.valueOf(MDC.get("requestId")))
                        .end("{}"));
    }

    @Produces
    @Singleton
    RawRoute bug() {
        return new Probe("/edge-raw/bug", Set.of(HttpMethod.GET), RawRoute.RunsOn.VIRTUAL_THREAD, _ -> {
            throw new IllegalStateException(EdgeProbe.CANARY);
        });
    }
}
