package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;
import static io.tokenvault.access.Role.ISSUER;
import static io.tokenvault.access.Role.SECURITY;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Profile;
import io.tokenvault.connection.SourceSystem;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.http.Cursor;
import io.tokenvault.http.Field;
import io.tokenvault.http.PageRequest;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.ConnectionCreator;
import io.tokenvault.lifecycle.ConnectionEditor;
import io.tokenvault.lifecycle.Disconnector;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.vertx.ext.web.RoutingContext;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Connections: create, read, edit, disconnect. */
@Path("/v1/connections")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConnectionsResource {
    private static final Set<String> STATUSES =
            Set.of("active", "reauthorization_required", "suspended", "disconnected");

    private final ConnectionRequests requests;
    private final ConnectionAnswers answers;
    private final ConnectionShapes shapes;
    private final TokenShapes tokenShapes;
    private final Changes changes;
    private final Lookup lookup;
    private final Connections connections;
    private final Tokens tokens;
    private final ConnectionCreator creator;
    private final ConnectionEditor editor;
    private final Disconnector disconnector;
    private final DatabaseClock clock;
    private final Call call;

    ConnectionsResource(
            ConnectionRequests requests,
            ConnectionAnswers answers,
            ConnectionShapes shapes,
            TokenShapes tokenShapes,
            Changes changes,
            Lookup lookup,
            Connections connections,
            Tokens tokens,
            ConnectionCreator creator,
            ConnectionEditor editor,
            Disconnector disconnector,
            DatabaseClock clock,
            Call call) {
        this.requests = requests;
        this.answers = answers;
        this.shapes = shapes;
        this.tokenShapes = tokenShapes;
        this.changes = changes;
        this.lookup = lookup;
        this.connections = connections;
        this.tokens = tokens;
        this.creator = creator;
        this.editor = editor;
        this.disconnector = disconnector;
        this.clock = clock;
        this.call = call;
    }

    @POST
    @Allowed(ISSUER)
    public Response create(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        ConnectionCreator.Request request = requests.creation();
        return changes.post(() -> answers.created(creator.create(request, call.origin())));
    }

    @GET
    @Allowed({ISSUER, SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response list(RoutingContext exchange) {
        QueryParameters query = QueryParameters.of(exchange);
        Field<EnvironmentName> environment = query.value("environment", lookup::existing, Lookup.ENVIRONMENT_RULE);
        Field<String> tenant = query.value(
                "tenant",
                text -> Optional.of(text)
                        .filter(id -> ConnectionRequests.TENANT.matcher(id).matches()),
                "is no tenant");
        Field<SourceSystem> system = query.value("system", SourceSystem::parse, "is no kind of source system");
        Field<String> status = query.oneOf("status", STATUSES);
        Field<List<QueryParameters.Label>> labels =
                query.labels(ConnectionRequests.LABEL_KEY, ConnectionRequests.LONGEST_LABEL_VALUE);
        Supplier<PageRequest> paging = query.page();
        query.verify();
        PageRequest page = paging.get();
        List<Connection> rows = connections.page(
                new Connections.Filter(
                        lookup.shown(environment),
                        tenant.find().orElse(null),
                        system.find().orElse(null),
                        status.find().orElse(null),
                        labels.orElse(List.of()).stream()
                                .map(label -> Map.entry(label.key(), label.value()))
                                .toList()),
                Lists.after(page),
                Lists.rows(page));
        return Response.ok(Lists.page(page, rows, shapes.of(rows), ConnectionsResource::cursor)
                        .toString())
                .build();
    }

    @GET
    @Path("{id}")
    @Allowed({ISSUER, SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response get(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Connection connection = connections.find(lookup.connection(id)).orElseThrow(Lookup::notFound);
        return Response.ok(Json.data(shapes.of(connection)).toString()).build();
    }

    @PATCH
    @Path("{id}")
    @Allowed(ISSUER)
    public Response edit(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        UnaryOperator<Profile> edit = requests.edit();
        ConnectionId connection = lookup.connection(id);
        return changes.apply(() -> answers.changed(editor.edit(connection, edit, call.origin()), Effect.TIGHTENING));
    }

    @DELETE
    @Path("{id}")
    @Allowed(SECURITY)
    public Response disconnect(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        ConnectionId connection = lookup.connection(id);
        return changes.apply(() -> answers.changedEverywhere(disconnector.disconnect(connection, call.origin())));
    }

    @GET
    @Path("{id}/tokens")
    @Allowed({ISSUER, SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response tokens(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters query = QueryParameters.of(exchange);
        Supplier<PageRequest> paging = query.page();
        query.verify();
        PageRequest page = paging.get();
        List<Token> rows = tokens.ofConnection(lookup.connection(id), Lists.after(page), Lists.rows(page));
        Instant now = clock.now();
        return Response.ok(Lists.page(page, rows, token -> tokenShapes.of(token, now), TokensResource::cursor)
                        .toString())
                .build();
    }

    private static Cursor cursor(Connection connection) {
        return new Cursor(connection.createdAt(), connection.id().value());
    }
}
