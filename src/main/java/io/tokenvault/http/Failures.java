package io.tokenvault.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.security.AuthenticationException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Tells which problem a failure amounts to. What is nobody's mistake but ours is logged, once, under the request id. */
final class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);
    /** Where a database that is away means that there is no verdict. */
    private static final String VERDICTS = "/v1/validate";

    private static final Duration DATABASE_RETRY = Duration.ofSeconds(1);

    private Failures() {}

    static ProblemException problem(Throwable failure, RoutingContext exchange) {
        return switch (failure) {
            case ProblemException problem -> problem;
            case WebApplicationException refused
            when refused.getResponse().getStatus() < 500 ->
                of(refused.getResponse().getStatus());
            case HttpException refused when refused.getStatusCode() < 500 -> of(refused.getStatusCode());
            case UnauthorizedException _ -> ProblemException.badCredential("the credential is not accepted");
            case AuthenticationException _ -> ProblemException.badCredential("the credential is not accepted");
            case ForbiddenException _ -> of(403);
            case JsonProcessingException _ -> of(400);
            default -> ours(failure, exchange);
        };
    }

    /** The problem of a status that a framework decided upon. */
    static ProblemException of(int status) {
        return switch (status) {
            case 401 -> ProblemException.noCredential("no credential is accepted here");
            case 403 -> ProblemException.of(ProblemCode.FORBIDDEN, "this is not allowed");
            case 404 -> ProblemException.of(ProblemCode.NOT_FOUND, "nothing is at this path");
            case 405 -> ProblemException.of(ProblemCode.METHOD_NOT_ALLOWED, "this path has no such method");
            case 406 -> ProblemException.of(ProblemCode.NOT_ACCEPTABLE, "the Accept header excludes application/json");
            case 413 -> ProblemException.of(ProblemCode.BODY_TOO_LARGE, "the body is too large");
            case 415 ->
                ProblemException.of(
                        ProblemCode.UNSUPPORTED_MEDIA_TYPE, "the body must come with Content-Type: application/json");
            default ->
                status >= 400 && status < 500
                        ? ProblemException.malformed("the request cannot be read")
                        : ProblemException.of(ProblemCode.INTERNAL_ERROR, "the log has the cause under the request id");
        };
    }

    private static ProblemException ours(Throwable failure, RoutingContext exchange) {
        RequestId id = RequestId.of(exchange);
        if (DatabaseOutage.causes(failure)) {
            LOG.warnf("request %s: the database cannot be reached (%s)", id, DatabaseOutage.describe(failure));
            ProblemCode code = Exchange.path(exchange).startsWith(VERDICTS)
                    ? ProblemCode.VALIDATION_UNAVAILABLE
                    : ProblemCode.DATABASE_UNAVAILABLE;
            return ProblemException.retryable(code, "the database cannot be reached", DATABASE_RETRY);
        }
        LOG.errorf(Unquoted.of(failure), "request %s failed", id);
        return of(500);
    }
}
