package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.keyring.KeyringChange;
import io.tokenvault.token.EnvironmentName;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** The keys of an environment, or of {@code system}: new ones, and the end of the old ones. */
@Path("/v1/environments/{name}/keyring")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class KeyringsResource {
    private static final int LONGEST_REASON = 500;

    private final KeyringChange keyrings;
    private final Changes changes;
    private final Lookup lookup;
    private final Call call;

    KeyringsResource(KeyringChange keyrings, Changes changes, Lookup lookup, Call call) {
        this.keyrings = keyrings;
        this.changes = changes;
        this.lookup = lookup;
        this.call = call;
    }

    private record Request(boolean dryRun, @Nullable String reason) {}

    @POST
    @Path("rotate")
    @Allowed(ADMIN)
    public Response rotate(@PathParam("name") String name, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Request request = request();
        EnvironmentName environment = lookup.keyringOwner(name);
        return changes.post(() -> request.dryRun()
                ? Answer.ok(body(keyrings.previewRotation(environment, request.reason(), call.origin())))
                : begun(keyrings.rotate(environment, request.reason(), call.origin())));
    }

    @POST
    @Path("retire")
    @Allowed(ADMIN)
    public Response retire(@PathParam("name") String name, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Request request = request();
        EnvironmentName environment = lookup.keyringOwner(name);
        return changes.post(() -> request.dryRun()
                ? Answer.ok(body(keyrings.previewRetirement(environment, request.reason(), call.origin())))
                : begun(keyrings.retire(environment, request.reason(), call.origin())));
    }

    private Request request() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<Boolean> dryRun = fields.flag("dry_run");
        Field<String> reason = fields.text("reason", LONGEST_REASON);
        fields.verify();
        return new Request(dryRun.orElse(false), reason.find().orElse(null));
    }

    private static Answer begun(KeyringChange.Outcome outcome) {
        return Answer.accepted(JobShapes.location(outcome.job()), body(outcome))
                .publishing(outcome.wishes())
                .effective(outcome.tightened() ? Effect.TIGHTENING : null);
    }

    private static ObjectNode body(KeyringChange.Outcome outcome) {
        ObjectNode body = Json.data(JobShapes.of(outcome.job()));
        ObjectNode affected = body.putObject("affected");
        affected.put("tokens", outcome.affected().tokens());
        affected.put("connections", outcome.affected().connections());
        affected.put("operators", outcome.affected().operators());
        affected.put("sealed", outcome.affected().sealed());
        body.putNull("effective");
        return body;
    }
}
