package io.tokenvault.http;

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

    public static RoutingContext of(ContainerRequestContext request) {
        var context = ((ResteasyReactiveContainerRequestContext) request).getServerRequestContext();
        return ((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class);
    }
}
