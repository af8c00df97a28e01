package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.access.Operator;
import io.tokenvault.access.OperatorDirectory;
import io.tokenvault.access.Operators;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.http.Cursor;
import io.tokenvault.http.PageRequest;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import io.vertx.ext.web.RoutingContext;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.function.Supplier;

/** Operators: who may call the control plane. */
@Path("/v1/operators")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OperatorsResource {
    private final Operators operators;
    private final OperatorDirectory directory;
    private final OperatorRequests requests;
    private final Changes changes;
    private final Call call;

    OperatorsResource(
            Operators operators, OperatorDirectory directory, OperatorRequests requests, Changes changes, Call call) {
        this.operators = operators;
        this.directory = directory;
        this.requests = requests;
        this.changes = changes;
        this.call = call;
    }

    @GET
    @Allowed(
            value = {AUDITOR, ADMIN},
            bootstrap = true)
    @Transactional
    public Response list(RoutingContext exchange) {
        QueryParameters query = QueryParameters.of(exchange);
        Supplier<PageRequest> paging = query.page();
        query.verify();
        PageRequest page = paging.get();
        List<Operator> rows = operators.page(
                call.caller(),
                page.after().map(Cursor::at).orElse(null),
                page.after().map(Cursor::id).orElse(null),
                Lists.rows(page));
        return Response.ok(Lists.page(page, rows, OperatorsResource::shape, OperatorsResource::cursor)
                        .toString())
                .build();
    }

    @GET
    @Path("{id}")
    @Allowed(
            value = {AUDITOR, ADMIN},
            bootstrap = true)
    @Transactional
    public Response get(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        return Response.ok(Json.data(shape(visible(id))).toString()).build();
    }

    @POST
    @Allowed(value = ADMIN, bootstrap = true)
    public Response create(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        OperatorDirectory.Request request = requests.creation();
        return changes.post(() -> {
            OperatorDirectory.Keyed created = directory.create(request, call.origin());
            ObjectNode body = keyed(created);
            return Answer.created("/v1/operators/" + created.operator().id(), body)
                    .showing(key(created));
        });
    }

    @POST
    @Path("{id}/rotate")
    @Allowed(ADMIN)
    public Response rotate(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        requests.nothing();
        OperatorId operator = visible(id).id();
        return changes.post(() -> {
            OperatorDirectory.Keyed rotated = directory.rotateKey(operator, call.origin());
            ObjectNode body = keyed(rotated);
            body.putNull("effective");
            return Answer.ok(body).showing(key(rotated)).effective(Effect.TIGHTENING);
        });
    }

    @DELETE
    @Path("{id}")
    @Allowed(ADMIN)
    public Response remove(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        OperatorId operator = visible(id).id();
        return changes.apply(() -> {
            OperatorDirectory.Removed removed = directory.remove(operator, call.origin());
            ObjectNode body = Json.data(shape(removed.operator()));
            body.putNull("effective");
            return Answer.ok(body).effective(removed.changed() ? Effect.TIGHTENING : null);
        });
    }

    private Operator visible(String id) {
        return OperatorId.parse(id)
                .flatMap(known -> operators.find(known, call.caller()))
                .orElseThrow(Lookup::notFound);
    }

    private static ObjectNode keyed(OperatorDirectory.Keyed keyed) {
        ObjectNode body = Json.object();
        body.set("operator", shape(keyed.operator()));
        body.putNull(ShownSecrets.OPERATOR_KEY);
        return body;
    }

    private static Answer.ShownOnce key(OperatorDirectory.Keyed keyed) {
        return new Answer.ShownOnce("", ShownSecrets.OPERATOR_KEY, keyed.key(), EnvironmentName.SYSTEM);
    }

    private static ObjectNode shape(Operator operator) {
        ObjectNode json = Json.object();
        json.put("operator_id", operator.id().value());
        json.put("name", operator.name());
        json.set("roles", Json.texts(operator.roleCodes()));
        json.set("environments", Json.texts(operator.environments()));
        json.put("created_at", Json.time(operator.createdAt()));
        json.put("expires_at", Json.time(operator.expiresAt()));
        json.put("last_used_at", Json.time(operator.lastUsedAt()));
        json.put("removed_at", Json.time(operator.removedAt()));
        return json;
    }

    private static Cursor cursor(Operator operator) {
        return new Cursor(operator.createdAt(), operator.id().value());
    }
}
