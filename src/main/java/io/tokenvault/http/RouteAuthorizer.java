package io.tokenvault.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Admits operators to raw routes; one bean, from the package that knows operators. */
public interface RouteAuthorizer {

    /**
     * Completes when the caller has one of the roles and the body, as by {@link RequestBodies#start}, is there; fails
     * with what the answer is to be: a {@link ProblemException} of 401, 413, 415 or 403, in this order. Never blocks.
     *
     * @param endpoint method and path of the route, as they are recorded
     */
    CompletionStage<?> admit(RoutingContext exchange, String endpoint, Set<String> anyOf);
}
