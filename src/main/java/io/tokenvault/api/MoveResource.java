package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.environment.Environment.StorageMode;
import io.tokenvault.environment.Place;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.relocation.EnvironmentMove;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The move of an environment to another backend or storage mode, while it serves. */
@Path("/v1/environments/{name}/move")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MoveResource {
    private static final int LONGEST_REASON = 500;
    private static final int NAMES_SHOWN = 500;

    private final EnvironmentMove move;
    private final Backends backends;
    private final Changes changes;
    private final Lookup lookup;
    private final Call call;

    MoveResource(EnvironmentMove move, Backends backends, Changes changes, Lookup lookup, Call call) {
        this.move = move;
        this.backends = backends;
        this.changes = changes;
        this.lookup = lookup;
        this.call = call;
    }

    private record Request(
            @Nullable String backend,
            @Nullable StorageMode storage,
            boolean dryRun,
            @Nullable String reason) {}

    @POST
    @Allowed(ADMIN)
    public Response move(@PathParam("name") String name, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Request request = request();
        EnvironmentName environment = lookup.environment(name);
        return changes.post(() -> request.dryRun()
                ? Answer.ok(body(
                        environment,
                        move.preview(
                                environment, request.backend(), request.storage(), request.reason(), call.origin())))
                : begun(
                        environment,
                        move.begin(
                                environment, request.backend(), request.storage(), request.reason(), call.origin())));
    }

    private Request request() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<String> backend = fields.value(
                "backend",
                text -> Optional.of(text).filter(named -> backends.named(named).isPresent()),
                "is not the name of a backend of this deployment");
        Field<StorageMode> storage = fields.value("storage", MoveResource::storage, "is secret or sealed");
        Field<Boolean> dryRun = fields.flag("dry_run");
        Field<String> reason = fields.text("reason", LONGEST_REASON);
        fields.verify();
        return new Request(
                backend.find().orElse(null),
                storage.find().orElse(null),
                dryRun.orElse(false),
                reason.find().orElse(null));
    }

    private static Optional<StorageMode> storage(String text) {
        return switch (text) {
            case "secret" -> Optional.of(StorageMode.SECRET);
            case "sealed" -> Optional.of(StorageMode.SEALED);
            default -> Optional.empty();
        };
    }

    private static Answer begun(EnvironmentName environment, EnvironmentMove.Outcome outcome) {
        return Answer.accepted(JobShapes.location(outcome.job()), body(environment, outcome));
    }

    private static ObjectNode body(EnvironmentName environment, EnvironmentMove.Outcome outcome) {
        ObjectNode body = Json.data(JobShapes.of(outcome.job()));
        EnvironmentMove.Plan plan = outcome.plan();
        ObjectNode shape = body.putObject("plan");
        shape.set("from", place(plan.from()));
        shape.set("to", place(plan.to()));
        shape.put("keyring", plan.keyring());
        shape.set("copied", names(environment, plan.copied()));
        shape.set("deleted", names(environment, plan.deleted()));
        return body;
    }

    private static ObjectNode place(Place place) {
        ObjectNode json = Json.object();
        json.put("backend", place.backend());
        json.put("storage", place.storage().name().toLowerCase(Locale.ROOT));
        return json;
    }

    private static ObjectNode names(EnvironmentName environment, List<ConnectionId> connections) {
        ObjectNode json = Json.object();
        json.put("count", connections.size());
        var names = json.putArray("names");
        connections.stream()
                .limit(NAMES_SHOWN)
                .forEach(connection -> names.add(new SecretName.ConnectionToken(environment, connection).path()));
        return json;
    }
}
