package io.tokenvault.api;

import static io.tokenvault.access.Role.SECURITY;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.SourceSystem;
import io.tokenvault.connection.Tokens;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.BulkRevoker;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** Bulk revocation: every live token that a filter matches. */
@Path("/v1/revocations")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RevocationsResource {
    private static final int MOST_CONNECTIONS = 50_000;
    private static final int LONGEST_REASON = 500;

    private final BulkRevoker revoker;
    private final TokenShapes shapes;
    private final Changes changes;
    private final Lookup lookup;
    private final DatabaseClock clock;
    private final Call call;

    RevocationsResource(
            BulkRevoker revoker, TokenShapes shapes, Changes changes, Lookup lookup, DatabaseClock clock, Call call) {
        this.revoker = revoker;
        this.shapes = shapes;
        this.changes = changes;
        this.lookup = lookup;
        this.clock = clock;
        this.call = call;
    }

    @POST
    @Allowed(SECURITY)
    public Response revoke(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        JsonFields fields = JsonFields.parse(call.body());
        Field<Supplier<Tokens.Selection>> filter =
                fields.object("filter", this::selection).required();
        Field<String> reason =
                fields.text("reason", LONGEST_REASON).required().check(text -> !text.isBlank(), "must not be blank");
        Field<Boolean> dryRun = fields.flag("dry_run");
        fields.verify();
        Tokens.Selection selection = filter.get().get();
        lookup.reachable(selection.environment());
        return changes.post(() -> dryRun.orElse(false)
                ? answer(revoker.preview(selection))
                : answer(revoker.revoke(selection, reason.get(), call.origin())).effective(Effect.TIGHTENING));
    }

    private Supplier<Tokens.Selection> selection(JsonFields fields) {
        Field<EnvironmentName> environment = fields.value("environment", lookup::existing, Lookup.ENVIRONMENT_RULE)
                .required();
        Field<String> tenant =
                fields.text("tenant", ConnectionRequests.TENANT, "must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
        Field<SourceSystem> system = fields.value("system", SourceSystem::parse, "is no kind of source system");
        Field<List<ConnectionId>> connections =
                fields.list("connection_ids", MOST_CONNECTIONS, ConnectionId::parse, "each the id of a connection");
        Field<Instant> issuedBefore = fields.instant("issued_before");
        return () -> new Tokens.Selection(
                environment.get(),
                tenant.find().orElse(null),
                system.find().orElse(null),
                connections.find().orElse(null),
                issuedBefore.find().orElse(null));
    }

    private Answer answer(BulkRevoker.Outcome outcome) {
        Instant now = clock.now();
        ObjectNode body = Json.object();
        body.put("matched", outcome.matched());
        body.put("revoked", outcome.revoked());
        body.put("tenants", outcome.tenants());
        body.put("hash", outcome.hash());
        body.set("tokens", Json.array(outcome.shown(), token -> shapes.of(token, now)));
        body.putNull("effective");
        return Answer.ok(body).publishing(outcome.wishes());
    }
}
