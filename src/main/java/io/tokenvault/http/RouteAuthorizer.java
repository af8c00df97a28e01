package io.tokenvault.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** Admits operators to raw routes; one bean, from the package that knows operators. */
public interface RouteAuthorizer {

    /** Returns when the caller has one of the roles, else throws a {@link ProblemException} of 401 or 403. Runs on the thread of the route. */
    void admit(RoutingContext exchange, Set<String> anyOf);
}
