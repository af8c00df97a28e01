package io.tokenvault.gateway;

import static io.tokenvault.access.Role.VALIDATOR;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.token.Timestamp;
import io.tokenvault.token.TokenState;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verdicts as JSON, for platform services. A verdict is never stored, so an {@code Idempotency-Key} means nothing here. */
@Path("/v1/validate")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ValidateResource {
    private static final int LARGEST_BATCH = 100;

    private final Validator validator;
    private final Environments environments;
    private final Call call;

    ValidateResource(Validator validator, Environments environments, Call call) {
        this.validator = validator;
        this.environments = environments;
        this.call = call;
    }

    @POST
    @Allowed(VALIDATOR)
    public Response validate(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        JsonFields fields = JsonFields.parse(call.body());
        Supplier<ValidateRequest> request = ValidateRequest.read(fields, environments, call.caller());
        fields.verify();
        return Response.ok(verdict(request.get()).toString()).build();
    }

    @POST
    @Path("batch")
    @Allowed(VALIDATOR)
    public Response batch(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        JsonFields fields = JsonFields.parse(call.body());
        Field<List<Supplier<ValidateRequest>>> items = fields.objects(
                        "tokens", 1, LARGEST_BATCH, item -> ValidateRequest.read(item, environments, call.caller()))
                .required();
        fields.verify();
        List<ValidateRequest> requests = items.get().stream().map(Supplier::get).toList();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode results = body.putArray("results");
        requests.forEach(request -> results.add(verdict(request)));
        return Response.ok(body.toString()).build();
    }

    private ObjectNode verdict(ValidateRequest request) {
        return switch (Verdict.await(validator.validate(request.revealToken(), request.demand()))) {
            case Verdict.Accepted(var token, var state) -> accepted(token, state);
            case Verdict.Refused(var reason) ->
                JsonNodeFactory.instance.objectNode().put("active", false).put("reason", reason.code());
        };
    }

    private static ObjectNode accepted(TokenRecord token, TokenState state) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("active", true);
        json.put("token_id", token.id().value());
        json.put("connection_id", token.connection().value());
        json.put("tenant", token.tenant());
        json.put("system", token.system());
        json.put("environment", token.environment().value());
        ArrayNode scopes = json.putArray("scopes");
        token.scopes().forEach(scopes::add);
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("expires_at", text(token.life().expiresAt()));
        json.put("retires_at", text(token.life().retiresAt()));
        return json;
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : Timestamp.text(time);
    }
}
