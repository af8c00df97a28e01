package io.tokenvault.gateway;

import io.tokenvault.environment.Environments;
import io.tokenvault.http.Access;
import io.tokenvault.http.AuthzSources;
import io.tokenvault.http.BearerCredential;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.Problems;
import io.tokenvault.http.RawRoute;
import io.tokenvault.http.SourceAddress;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.validation.Demand;
import io.tokenvault.validation.RecordsInDoubtException;
import io.tokenvault.validation.RecordsUnavailableException;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Forward authentication for gateways: nginx {@code auth_request}, Traefik ForwardAuth, Envoy HTTP ext_authz. Answers 200
 * with what the upstream may know of the token, or refuses; a gateway must let nothing else through.
 */
@Singleton
public class AuthzRoute implements RawRoute {
    private static final String REASON = "X-Token-Vault-Reason";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_DECISION = Duration.ofMinutes(1);

    private final Validator validator;
    private final Environments environments;
    private final AuthzSources gateways;
    private final SourceAddress sources;

    AuthzRoute(Validator validator, Environments environments, AuthzSources gateways, SourceAddress sources) {
        this.validator = validator;
        this.environments = environments;
        this.gateways = gateways;
        this.sources = sources;
    }

    @Override
    public String path() {
        return "/authz/*";
    }

    /** Every method: Envoy asks with the method of its client. */
    @Override
    public Set<HttpMethod> methods() {
        return Set.of();
    }

    @Override
    public Access access() {
        return new Access.Open("asked by gateways from token-vault.authz.allowed-sources, about their clients' tokens");
    }

    @Override
    public void handle(RoutingContext exchange) {
        if (!gateways.allows(exchange)) {
            refuse(exchange, ProblemCode.FORBIDDEN, "this address is not one of the gateways'");
            return;
        }
        Optional<AuthzTarget> target = AuthzTarget.parse(exchange.request().uri());
        Optional<EnvironmentName> environment = target.flatMap(parsed -> EnvironmentName.parse(parsed.environment()))
                .filter(name -> environments.find(name).isPresent());
        if (target.isEmpty() || environment.isEmpty()) {
            refuse(exchange, ProblemCode.FORBIDDEN, "the path names no environment, or can be read in two ways");
            return;
        }
        switch (BearerCredential.of(exchange)) {
            case BearerCredential.Absent _ ->
                refuse(
                        exchange,
                        ProblemCode.UNAUTHENTICATED,
                        "send Authorization: Bearer and the token of a connection");
            case BearerCredential.Unreadable _ ->
                refuse(exchange, ProblemCode.UNAUTHENTICATED, "the Authorization header is not one bearer token");
            case BearerCredential.Present token ->
                judge(
                        exchange,
                        token.reveal(),
                        new Demand(
                                environment.get(),
                                target.get().requiredScopes(),
                                sources.of(exchange).orElse(null)));
        }
    }

    private void judge(RoutingContext exchange, String token, Demand demand) {
        try {
            switch (validator.validate(token, demand)) {
                case Verdict.Accepted(var accepted, var _) -> allow(exchange, accepted);
                case Verdict.Refused(var reason) -> {
                    ProblemCode code = ProblemCode.parse(reason.code()).orElse(ProblemCode.UNKNOWN);
                    refuse(exchange, code, code.cause());
                }
            }
        } catch (RecordsUnavailableException noVerdict) {
            giveUp(exchange, ProblemCode.VALIDATION_UNAVAILABLE, "the database cannot be reached", RETRY_AFTER);
        } catch (RecordsInDoubtException noVerdict) {
            giveUp(exchange, ProblemCode.DATABASE_RESTORED, "an admin has to decide", RETRY_AFTER_DECISION);
        }
    }

    private static void allow(RoutingContext exchange, TokenRecord token) {
        HttpServerResponse response = exchange.response();
        response.putHeader("X-Token-Vault-Connection", token.connection().value());
        response.putHeader("X-Token-Vault-Tenant", token.tenant());
        response.putHeader("X-Token-Vault-System", token.system());
        response.putHeader("X-Token-Vault-Environment", token.environment().value());
        response.putHeader("X-Token-Vault-Scopes", String.join(" ", token.scopes()));
        response.putHeader("X-Token-Vault-Token-Id", token.id().value());
        response.putHeader("x-envoy-auth-headers-to-remove", "authorization");
        response.setStatusCode(200).end();
    }

    private static void giveUp(RoutingContext exchange, ProblemCode code, String detail, Duration retryAfter) {
        Problems.write(exchange, ProblemException.retryable(code, detail, retryAfter), Map.of(REASON, code.code()));
    }

    private static void refuse(RoutingContext exchange, ProblemCode code, String detail) {
        Problems.write(exchange, ProblemException.of(code, detail), Map.of(REASON, code.code()));
    }
}
