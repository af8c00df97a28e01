package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;
import static io.tokenvault.access.Role.ISSUER;
import static io.tokenvault.access.Role.SECURITY;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.Cursor;
import io.tokenvault.http.Field;
import io.tokenvault.http.PageRequest;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.TokenRevoker;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenState;
import io.vertx.ext.web.RoutingContext;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens: what is known of them, and revoking one. */
@Path("/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TokensResource {
    private final Tokens tokens;
    private final TokenShapes shapes;
    private final TokenRevoker revoker;
    private final ConnectionRequests requests;
    private final Changes changes;
    private final Lookup lookup;
    private final Environments environments;
    private final DatabaseClock clock;
    private final Call call;

    TokensResource(
            Tokens tokens,
            TokenShapes shapes,
            TokenRevoker revoker,
            ConnectionRequests requests,
            Changes changes,
            Lookup lookup,
            Environments environments,
            DatabaseClock clock,
            Call call) {
        this.tokens = tokens;
        this.shapes = shapes;
        this.revoker = revoker;
        this.requests = requests;
        this.changes = changes;
        this.lookup = lookup;
        this.environments = environments;
        this.clock = clock;
        this.call = call;
    }

    @GET
    @Allowed({ISSUER, SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response list(RoutingContext exchange) {
        QueryParameters query = QueryParameters.of(exchange);
        Field<EnvironmentName> environment = query.value("environment", lookup::existing, Lookup.ENVIRONMENT_RULE);
        Field<TokenState> state = query.value("state", TokensResource::state, "is no state of a token");
        Field<Instant> expiresBefore = query.instant("expires_before");
        Field<Instant> unusedSince = query.instant("unused_since");
        Supplier<PageRequest> paging = query.page();
        query.verify();
        PageRequest page = paging.get();
        List<Token> rows = tokens.page(
                new Tokens.Filter(
                        lookup.shown(environment),
                        state.find().orElse(null),
                        expiresBefore.find().orElse(null),
                        unusedSince.find().orElse(null)),
                environments.inactivitySeconds(),
                Lists.after(page),
                Lists.rows(page));
        Instant now = clock.now();
        return Response.ok(Lists.page(page, rows, token -> shapes.of(token, now), TokensResource::cursor)
                        .toString())
                .build();
    }

    @GET
    @Path("{id}")
    @Allowed({ISSUER, SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response get(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Token token = tokens.find(lookup.token(id)).orElseThrow(Lookup::notFound);
        return Response.ok(Json.data(shapes.of(token, clock.now())).toString()).build();
    }

    @POST
    @Path("{id}/revoke")
    @Allowed(SECURITY)
    public Response revoke(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        @Nullable String reason = requests.reason();
        TokenId token = lookup.token(id);
        return changes.post(() -> revoked(revoker.revoke(token, reason, call.origin())));
    }

    private Answer revoked(TokenRevoker.Revoked revoked) {
        ObjectNode body = Json.data(shapes.of(revoked.token(), clock.now()));
        body.putNull("effective");
        return Answer.ok(body)
                .effective(Effect.TIGHTENING)
                .publishing(revoked.changed() ? List.of(ConnectionAnswers.wish(revoked.connection())) : List.of());
    }

    static Cursor cursor(Token token) {
        return new Cursor(token.issuedAt(), token.id().value());
    }

    private static Optional<TokenState> state(String code) {
        return Arrays.stream(TokenState.values())
                .filter(state -> TokenShapes.code(state).equals(code))
                .findFirst();
    }
}
