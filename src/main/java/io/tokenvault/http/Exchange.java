package io.tokenvault.http;

import io.vertx.core.Context;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
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

    /**
     * Goes on with what {@code stage} gives, or with why it failed: at once when it is complete, otherwise on the event
     * loop of the request. A failure of {@code then} becomes a problem document.
     */
    public static <T> void onEventLoop(
            RoutingContext exchange, CompletionStage<T> stage, Consumer<T> then, Consumer<Throwable> otherwise) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (future.isDone()) {
            goOn(exchange, future, then, otherwise);
        } else {
            Context eventLoop = exchange.vertx().getOrCreateContext();
            future.whenComplete((_, _) -> eventLoop.runOnContext(_ -> goOn(exchange, future, then, otherwise)));
        }
    }

    private static <T> void goOn(
            RoutingContext exchange, CompletableFuture<T> done, Consumer<T> then, Consumer<Throwable> otherwise) {
        try {
            if (done.isCompletedExceptionally()) {
                Throwable failure = done.exceptionNow();
                Throwable cause = failure.getCause();
                otherwise.accept(failure instanceof CompletionException && cause != null ? cause : failure);
            } else {
                then.accept(done.resultNow());
            }
        } catch (RuntimeException failed) {
            Problems.write(exchange, failed);
        }
    }

    public static RoutingContext of(ContainerRequestContext request) {
        var context = ((ResteasyReactiveContainerRequestContext) request).getServerRequestContext();
        return ((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class);
    }
}
