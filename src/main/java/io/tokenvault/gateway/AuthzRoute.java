package io.tokenvault.gateway;

import io.tokenvault.environment.Environments;
import io.tokenvault.http.Access;
import io.tokenvault.http.AuthzSources;
import io.tokenvault.http.BearerCredential;
import io.tokenvault.http.Exchange;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.Problems;
import io.tokenvault.http.RawRoute;
import io.tokenvault.http.SourceAddress;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.validation.Demand;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
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

    private static final CharSequence CONNECTION = HttpHeaders.createOptimized("X-Token-Vault-Connection");
    private static final CharSequence TENANT = HttpHeaders.createOptimized("X-Token-Vault-Tenant");
    private static final CharSequence SYSTEM = HttpHeaders.createOptimized("X-Token-Vault-System");
    private static final CharSequence ENVIRONMENT = HttpHeaders.createOptimized("X-Token-Vault-Environment");
    private static final CharSequence SCOPES = HttpHeaders.createOptimized("X-Token-Vault-Scopes");
    private static final CharSequence TOKEN_ID = HttpHeaders.createOptimized("X-Token-Vault-Token-Id");
    private static final CharSequence TO_REMOVE = HttpHeaders.createOptimized("x-envoy-auth-headers-to-remove");

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
    public RunsOn runsOn() {
        return RunsOn.EVENT_LOOP;
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
        Exchange.onEventLoop(
                exchange, validator.validate(token, demand), verdict -> answer(exchange, verdict), failure -> {
                    if (NoVerdict.problem(failure) instanceof ProblemException problem) {
                        refuse(exchange, problem);
                    } else {
                        Problems.write(exchange, failure);
                    }
                });
    }

    private static void answer(RoutingContext exchange, Verdict verdict) {
        switch (verdict) {
            case Verdict.Accepted(var token, var _) -> allow(exchange, token);
            case Verdict.Refused(var reason) -> {
                ProblemCode code = ProblemCode.parse(reason.code()).orElse(ProblemCode.UNKNOWN);
                refuse(exchange, code, code.cause());
            }
            case Verdict.Limited(var wait) ->
                refuse(
                        exchange,
                        ProblemException.retryable(
                                ProblemCode.RATE_LIMITED, "the token is used more often than its limit allows", wait));
        }
    }

    private static void allow(RoutingContext exchange, TokenRecord token) {
        HttpServerResponse response = exchange.response();
        response.putHeader(CONNECTION, token.connection().value());
        response.putHeader(TENANT, token.tenant());
        response.putHeader(SYSTEM, token.system());
        response.putHeader(ENVIRONMENT, token.environment().value());
        response.putHeader(SCOPES, String.join(" ", token.scopes()));
        response.putHeader(TOKEN_ID, token.id().value());
        response.putHeader(TO_REMOVE, HttpHeaders.AUTHORIZATION);
        response.setStatusCode(200).end();
    }

    private static void refuse(RoutingContext exchange, ProblemCode code, String detail) {
        refuse(exchange, ProblemException.of(code, detail));
    }

    private static void refuse(RoutingContext exchange, ProblemException problem) {
        Problems.write(exchange, problem, Map.of(REASON, problem.code().code()));
    }
}
