package io.tokenvault.http;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception that leaves a JAX-RS resource, a filter or the framework into a problem document. */
public final class ExceptionMappers {

    @ServerExceptionMapper
    public Response problem(ProblemException failure, RoutingContext exchange) {
        return Problems.response(exchange, failure);
    }

    @ServerExceptionMapper
    public Response refused(WebApplicationException failure, RoutingContext exchange) {
        return Problems.response(exchange, failure);
    }

    @ServerExceptionMapper
    public Response unauthorized(UnauthorizedException failure, RoutingContext exchange) {
        return Problems.response(exchange, failure);
    }

    @ServerExceptionMapper
    public Response authenticationFailed(AuthenticationFailedException failure, RoutingContext exchange) {
        return Problems.response(exchange, failure);
    }

    @ServerExceptionMapper
    public Response forbidden(ForbiddenException failure, RoutingContext exchange) {
        return Problems.response(exchange, failure);
    }

    @ServerExceptionMapper
    public Response anything(Throwable failure, RoutingContext exchange) {
        return Problems.response(exchange, failure);
    }
}
