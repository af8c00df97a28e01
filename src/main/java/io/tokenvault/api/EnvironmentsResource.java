package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.token.IsoDuration;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The environments of this deployment, those of the caller. */
@Path("/v1/environments")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class EnvironmentsResource {
    private final Environments environments;
    private final Call call;

    EnvironmentsResource(Environments environments, Call call) {
        this.environments = environments;
        this.call = call;
    }

    @GET
    @Allowed({AUDITOR, ADMIN})
    public Response list(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        List<Environment> reachable = environments.all().stream()
                .filter(environment -> call.caller().mayReach(environment.name()))
                .toList();
        ObjectNode body = Json.object();
        body.set("data", Json.array(reachable, EnvironmentsResource::shape));
        return Response.ok(body.toString()).build();
    }

    private static ObjectNode shape(Environment environment) {
        Environment.Policy policy = environment.policy();
        ObjectNode json = Json.object();
        json.put("name", environment.name().value());
        json.put("mark", environment.mark().value());
        json.put("backend", environment.backend());
        json.put("storage", environment.storage().name().toLowerCase(Locale.ROOT));
        ObjectNode shape = json.putObject("policy");
        shape.put("max_life", text(policy.maxLife()));
        shape.put("inactivity_limit", text(policy.inactivityLimit()));
        shape.put("rotation_period", text(policy.rotationPeriod()));
        shape.put("rotation_overlap", text(policy.rotationOverlap()));
        return json;
    }

    private static @Nullable String text(@Nullable Duration duration) {
        return duration == null ? null : IsoDuration.text(duration);
    }
}
