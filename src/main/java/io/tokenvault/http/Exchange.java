package io.tokenvault.http;

import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/** The way from a JAX-RS filter to the request as it came over the wire. */
public final class Exchange {
    private Exchange() {}

    /** The raw path of the request, as it came; empty when the request line has none. */
    static String path(RoutingContext exchange) {
        String path = exchange.request().path();
        return path == null ? "" : path;
    }

    /**
     * Names this request in the metrics. Without a name it counts under its raw path, and every made-up path would take
     * one of the few names that the metrics have room for.
     */
    static void name(RoutingContext exchange, String template) {
        ((HttpServerRequestInternal) exchange.request()).context().putLocal("UrlPathTemplate", template);
    }

    public static RoutingContext of(ContainerRequestContext request) {
        var context = ((ResteasyReactiveContainerRequestContext) request).getServerRequestContext();
        return ((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class);
    }
}
