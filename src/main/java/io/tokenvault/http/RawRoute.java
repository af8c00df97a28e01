package io.tokenvault.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * An endpoint beside JAX-RS: a bean that {@link Routes} finds and registers. Paths are matched on the raw target, byte
 * for byte, before any decoding.
 */
public interface RawRoute {

    /** {@code /exact/path}, or {@code /prefix/*} for everything that starts with {@code /prefix/}. */
    String path();

    /** The methods it answers; HEAD comes with GET, and an empty set means every method. Others get 405. */
    Set<HttpMethod> methods();

    /** Who may call it. Must be declared: the service does not start without it. */
    Access access();

    /** Answers the request. An exception becomes a problem document. */
    void handle(RoutingContext exchange);

    default RunsOn runsOn() {
        return RunsOn.VIRTUAL_THREAD;
    }

    /** Where {@link #handle} runs. */
    enum RunsOn {
        /** A virtual thread, with a CDI request context: may block. */
        VIRTUAL_THREAD,
        /** The event loop: must not block, and finds no request context. */
        EVENT_LOOP
    }
}
