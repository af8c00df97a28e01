package io.tokenvault.api;

import static io.tokenvault.access.Role.ISSUER;
import static io.tokenvault.access.Role.SECURITY;
import static io.tokenvault.access.Role.VALIDATOR;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.ConnectionResumer;
import io.tokenvault.lifecycle.ConnectionSuspender;
import io.tokenvault.lifecycle.ReauthorizationDemander;
import io.tokenvault.lifecycle.Reconnector;
import io.tokenvault.lifecycle.TokenRotator;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** What can be done to a connection: rotate, reconnect, require reauthorization, suspend, resume. */
@Path("/v1/connections/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConnectionMovesResource {
    private final ConnectionRequests requests;
    private final ConnectionAnswers answers;
    private final Changes changes;
    private final Lookup lookup;
    private final TokenRotator rotator;
    private final Reconnector reconnector;
    private final ReauthorizationDemander demander;
    private final ConnectionSuspender suspender;
    private final ConnectionResumer resumer;
    private final Call call;

    ConnectionMovesResource(
            ConnectionRequests requests,
            ConnectionAnswers answers,
            Changes changes,
            Lookup lookup,
            TokenRotator rotator,
            Reconnector reconnector,
            ReauthorizationDemander demander,
            ConnectionSuspender suspender,
            ConnectionResumer resumer,
            Call call) {
        this.requests = requests;
        this.answers = answers;
        this.changes = changes;
        this.lookup = lookup;
        this.rotator = rotator;
        this.reconnector = reconnector;
        this.demander = demander;
        this.suspender = suspender;
        this.resumer = resumer;
        this.call = call;
    }

    @POST
    @Path("rotate")
    @Allowed({ISSUER, SECURITY})
    public Response rotate(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        TokenRotator.Request request = requests.rotation();
        ConnectionId connection = lookup.connection(id);
        return changes.post(() -> answers.replaced(rotator.rotate(connection, request, call.origin())));
    }

    @POST
    @Path("reconnect")
    @Allowed(ISSUER)
    public Response reconnect(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        SecretValue credentials = requests.reconnection();
        ConnectionId connection = lookup.connection(id);
        return changes.post(() -> answers.replaced(reconnector.reconnect(connection, credentials, call.origin())));
    }

    @POST
    @Path("require-reauthorization")
    @Allowed({ISSUER, VALIDATOR})
    public Response requireReauthorization(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        @Nullable String reason = requests.reason();
        ConnectionId connection = lookup.connection(id);
        return changes.post(
                () -> answers.changed(demander.demand(connection, reason, call.origin()), Effect.TIGHTENING));
    }

    @POST
    @Path("suspend")
    @Allowed(SECURITY)
    public Response suspend(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        @Nullable String reason = requests.reason();
        ConnectionId connection = lookup.connection(id);
        return changes.post(
                () -> answers.changed(suspender.suspend(connection, reason, call.origin()), Effect.TIGHTENING));
    }

    @POST
    @Path("resume")
    @Allowed(SECURITY)
    public Response resume(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        @Nullable String reason = requests.reason();
        ConnectionId connection = lookup.connection(id);
        return changes.post(() -> answers.changed(resumer.resume(connection, reason, call.origin()), Effect.LOOSENING));
    }
}
