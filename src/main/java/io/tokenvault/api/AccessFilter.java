package io.tokenvault.api;

import io.tokenvault.access.Allowed;
import io.tokenvault.access.Authenticator;
import io.tokenvault.access.Call;
import io.tokenvault.access.Caller;
import io.tokenvault.audit.Actor;
import io.tokenvault.audit.Origin;
import io.tokenvault.http.BearerCredential;
import io.tokenvault.http.Exchange;
import io.tokenvault.http.Open;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.RequestBodies;
import io.tokenvault.http.RequestId;
import io.tokenvault.http.SourceAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.util.Set;

/**
 * Stands before every endpoint: who calls, then the size and type of the body, then the role. An endpoint that declares
 * neither {@link Allowed} nor {@link Open} is denied to everyone.
 */
@Provider
@Priority(Priorities.AUTHENTICATION)
public class AccessFilter implements ContainerRequestFilter {
    private static final Set<String> WITH_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final ResourceInfo resource;
    private final Authenticator authenticator;
    private final SourceAddress sources;
    private final Denials denials;
    private final Call call;

    AccessFilter(
            ResourceInfo resource, Authenticator authenticator, SourceAddress sources, Denials denials, Call call) {
        this.resource = resource;
        this.authenticator = authenticator;
        this.sources = sources;
        this.denials = denials;
        this.call = call;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Method endpoint = resource.getResourceMethod();
        Allowed allowed = endpoint.getAnnotation(Allowed.class);
        RoutingContext exchange = Exchange.of(request);
        String name = Denials.name(request.getMethod(), resource);
        Origin nobody = origin(Actor.NOBODY, exchange);
        if (endpoint.isAnnotationPresent(Open.class)) {
            call.beginOpen(nobody, body(request));
            return;
        }
        if (allowed == null) {
            throw denials.forbidden(name, nobody, "the endpoint declares no role");
        }
        Caller caller = authenticate(exchange, name, nobody);
        Origin origin = origin(caller.actor(), exchange);
        byte[] body = body(request);
        boolean permitted = caller.bootstrap() ? allowed.bootstrap() : caller.hasOneOf(allowed.value());
        if (!permitted) {
            throw denials.forbidden(name, origin, "none of the caller's roles may call this");
        }
        call.begin(caller, origin, body);
    }

    private Caller authenticate(RoutingContext exchange, String name, Origin nobody) {
        return switch (BearerCredential.of(exchange)) {
            case BearerCredential.Absent _ -> {
                denials.record(name, nobody, ProblemCode.UNAUTHENTICATED.code());
                throw ProblemException.noCredential("send Authorization: Bearer and an operator key");
            }
            case BearerCredential.Unreadable _ -> {
                denials.record(name, nobody, ProblemCode.UNAUTHENTICATED.code());
                throw ProblemException.badCredential("the Authorization header is not one bearer credential");
            }
            case BearerCredential.Present present ->
                authenticator.authenticate(present.reveal()).orElseThrow(() -> {
                    denials.record(name, nobody, ProblemCode.UNAUTHENTICATED.code());
                    return ProblemException.badCredential(
                            "the credential is not known here, was removed or has expired");
                });
        };
    }

    private static byte[] body(ContainerRequestContext request) {
        return WITH_BODY.contains(request.getMethod()) ? RequestBodies.read(request) : new byte[0];
    }

    private Origin origin(Actor actor, RoutingContext exchange) {
        return new Origin(
                actor,
                RequestId.of(exchange).value(),
                sources.of(exchange).map(InetAddress::getHostAddress).orElse(null));
    }
}
