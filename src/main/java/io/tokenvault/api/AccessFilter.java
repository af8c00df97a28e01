package io.tokenvault.api;

import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.access.Caller;
import io.tokenvault.audit.Actor;
import io.tokenvault.http.Exchange;
import io.tokenvault.http.Open;
import io.tokenvault.http.RequestBodies;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Stands before every endpoint: who calls, then the size and type of the body, then the role. An endpoint that declares
 * neither {@link Allowed} nor {@link Open} is denied to everyone.
 */
@Provider
@Priority(Priorities.AUTHENTICATION)
public class AccessFilter implements ContainerRequestFilter {
    private static final Set<String> WITH_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final ResourceInfo resource;
    private final Admission admission;
    private final Denials denials;
    private final Call call;

    AccessFilter(ResourceInfo resource, Admission admission, Denials denials, Call call) {
        this.resource = resource;
        this.admission = admission;
        this.denials = denials;
        this.call = call;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Method endpoint = resource.getResourceMethod();
        Allowed allowed = endpoint.getAnnotation(Allowed.class);
        RoutingContext exchange = Exchange.of(request);
        String name = Denials.name(request.getMethod(), resource);
        if (endpoint.isAnnotationPresent(Open.class)) {
            call.beginOpen(admission.origin(Actor.NOBODY, exchange), body(request));
            return;
        }
        if (allowed == null) {
            throw denials.forbidden(name, admission.origin(Actor.NOBODY, exchange), "the endpoint declares no role");
        }
        Caller caller = await(admission.admit(
                exchange,
                name,
                WITH_BODY.contains(request.getMethod()),
                known -> known.bootstrap() ? allowed.bootstrap() : known.hasOneOf(allowed.value())));
        call.begin(caller, admission.origin(caller.actor(), exchange), body(request));
    }

    private static Caller await(CompletionStage<Caller> admitted) {
        try {
            return admitted.toCompletableFuture().join();
        } catch (CompletionException refused) {
            if (refused.getCause() instanceof RuntimeException why) {
                throw why;
            }
            throw refused;
        }
    }

    private static byte[] body(ContainerRequestContext request) {
        return WITH_BODY.contains(request.getMethod()) ? RequestBodies.read(request) : new byte[0];
    }
}
