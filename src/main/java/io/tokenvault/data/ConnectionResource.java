package io.tokenvault.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.http.BearerCredential;
import io.tokenvault.http.Open;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.http.SourceAddress;
import io.tokenvault.token.Timestamp;
import io.tokenvault.token.TokenState;
import io.tokenvault.validation.Reason;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the holder of a token may know of its own connection, whatever the status of it, and what to do next. */
@Path("/data/v1/connection")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConnectionResource {
    private static final DateTimeFormatter HTTP_DATE = // RFC 9110 §5.6.7
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC);

    private final Validator validator;
    private final SourceAddress sources;

    ConnectionResource(Validator validator, SourceAddress sources) {
        this.validator = validator;
        this.sources = sources;
    }

    @GET
    @Open("the token of a connection is the credential")
    public Response get(RoutingContext exchange) {
        TokenRecord token = identify(exchange);
        QueryParameters.refuseAll(exchange);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode data = body.putObject("data");
        data.put("connection_id", token.connection().value());
        data.put("status", token.status().code());
        ObjectNode shape = data.putObject("token");
        TokenState state = token.life().recorded();
        shape.put("state", state.name().toLowerCase(Locale.ROOT));
        shape.put("expires_at", text(token.life().expiresAt()));
        shape.put("retires_at", text(token.life().retiresAt()));
        data.put("next_step", nextStep(token.status(), state));
        Response.ResponseBuilder answer = Response.ok(body.toString());
        if (state == TokenState.RETIRING) {
            retiring(answer, token.life().retiresAt());
        }
        return answer.build();
    }

    /** Tells the holder that the token ends, and when that is known (RFC 8594). */
    private static void retiring(Response.ResponseBuilder answer, @Nullable Instant retiresAt) {
        answer.header("X-Token-Vault-State", "retiring");
        if (retiresAt != null) {
            answer.header("Sunset", HTTP_DATE.format(retiresAt));
        }
    }

    private TokenRecord identify(RoutingContext exchange) {
        String text = switch (BearerCredential.of(exchange)) {
            case BearerCredential.Absent _ ->
                throw ProblemException.noCredential("send Authorization: Bearer and the token of a connection");
            case BearerCredential.Unreadable _ ->
                throw ProblemException.badCredential("the Authorization header is not one bearer token");
            case BearerCredential.Present present -> present.reveal();
        };
        return switch (Verdict.await(
                validator.identify(text, sources.of(exchange).orElse(null)))) {
            case Verdict.Accepted(var token, var _) -> token;
            case Verdict.Refused(var reason) -> throw refused(reason);
            case Verdict.Limited limited -> throw refused(limited.reason());
        };
    }

    private static ProblemException refused(Reason reason) {
        ProblemCode code = ProblemCode.parse(reason.code()).orElse(ProblemCode.UNAUTHENTICATED);
        return ProblemException.of(code, code.cause());
    }

    private static String nextStep(ConnectionStatus status, TokenState state) {
        return switch (status) {
            case Operating operating ->
                switch (operating) {
                    case ACTIVE ->
                        state == TokenState.RETIRING
                                ? "Read the new token where your deployment keeps it; this one ends with its overlap."
                                : "Nothing: the token can be used.";
                    case REAUTHORIZATION_REQUIRED ->
                        "Connect the source system again: that gives new credentials and a new token.";
                };
            case ConnectionStatus.Suspended _ -> "Ask the security team to resume the connection.";
            case ConnectionStatus.Disconnected _ -> "Create a new connection; this one is over.";
        };
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : Timestamp.text(time);
    }
}
