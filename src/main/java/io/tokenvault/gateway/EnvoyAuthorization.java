package io.tokenvault.gateway;

import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.BearerCredential;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.Problems;
import io.tokenvault.http.RequestId;
import io.tokenvault.http.SourceAddress;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.Scope;
import io.tokenvault.validation.Demand;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Envoy's external authorization over gRPC ({@code envoy.service.auth.v3}). The operator of the gateway says which
 * environment and scopes count, in the context extensions of the route; what the client sends never does. Everything but
 * a good token is a denial with an answer of its own.
 */
@GrpcService
public class EnvoyAuthorization extends AuthorizationGrpc.AuthorizationImplBase {
    private static final String REASON = "X-Token-Vault-Reason";

    private final Validator validator;
    private final Environments environments;
    private final SourceAddress sources;

    EnvoyAuthorization(Validator validator, Environments environments, SourceAddress sources) {
        this.validator = validator;
        this.environments = environments;
        this.sources = sources;
    }

    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
        AttributeContext attributes = request.getAttributes();
        RequestId id = RequestId.of(headers(attributes, "x-request-id"));
        Optional<EnvironmentName> environment = EnvironmentName.parse(
                        attributes.getContextExtensionsOrDefault("environment", ""))
                .filter(name -> environments.find(name).isPresent());
        Optional<Set<String>> scopes = scopes(attributes.getContextExtensionsOrDefault("scope", ""));
        if (environment.isEmpty() || scopes.isEmpty()) {
            answer(
                    observer,
                    denied(
                            id,
                            refusal(
                                    ProblemCode.FORBIDDEN,
                                    "the context extensions name no environment, or no scopes that can be read")));
            return;
        }
        switch (BearerCredential.of(headers(attributes, "authorization"))) {
            case BearerCredential.Absent _ ->
                answer(
                        observer,
                        denied(
                                id,
                                refusal(
                                        ProblemCode.UNAUTHENTICATED,
                                        "send Authorization: Bearer and the token of a connection")));
            case BearerCredential.Unreadable _ ->
                answer(
                        observer,
                        denied(
                                id,
                                refusal(
                                        ProblemCode.UNAUTHENTICATED,
                                        "the Authorization header is not one bearer token")));
            case BearerCredential.Present token -> {
                Demand demand = new Demand(
                        environment.get(), scopes.get(), source(attributes).orElse(null));
                validator
                        .validate(token.reveal(), demand)
                        .whenComplete((verdict, failure) ->
                                answer(observer, failure == null ? judged(id, verdict) : undecided(id, failure)));
            }
        }
    }

    private static void answer(StreamObserver<CheckResponse> observer, CheckResponse response) {
        observer.onNext(response);
        observer.onCompleted();
    }

    private static CheckResponse judged(RequestId id, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Accepted(var token, var _) -> allowed(token);
            case Verdict.Refused(var reason) -> {
                ProblemCode code = ProblemCode.parse(reason.code()).orElse(ProblemCode.UNKNOWN);
                yield denied(id, refusal(code, code.cause()));
            }
            case Verdict.Limited(var wait) ->
                denied(
                        id,
                        ProblemException.retryable(
                                ProblemCode.RATE_LIMITED, "the token is used more often than its limit allows", wait));
        };
    }

    private static CheckResponse undecided(RequestId id, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return denied(
                id,
                NoVerdict.problem(cause) instanceof ProblemException problem
                        ? problem
                        : refusal(ProblemCode.VALIDATION_UNAVAILABLE, "there is no verdict"));
    }

    private static CheckResponse allowed(TokenRecord token) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Token-Vault-Connection", token.connection().value());
        headers.put("X-Token-Vault-Tenant", token.tenant());
        headers.put("X-Token-Vault-System", token.system());
        headers.put("X-Token-Vault-Environment", token.environment().value());
        headers.put("X-Token-Vault-Scopes", String.join(" ", token.scopes()));
        headers.put("X-Token-Vault-Token-Id", token.id().value());
        OkHttpResponse.Builder response = OkHttpResponse.newBuilder().addHeadersToRemove("authorization");
        // Whatever the client sent under these names is replaced, also by an empty value.
        headers.forEach((name, value) -> response.addHeaders(header(name, value).setKeepEmptyValue(true)));
        return CheckResponse.newBuilder()
                .setStatus(com.google.rpc.Status.newBuilder().setCode(Code.OK_VALUE))
                .setOkResponse(response)
                .build();
    }

    private static ProblemException refusal(ProblemCode code, String detail) {
        return ProblemException.of(code, detail);
    }

    private static CheckResponse denied(RequestId id, ProblemException problem) {
        DeniedHttpResponse.Builder response = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder()
                        .setCode(StatusCode.forNumber(problem.code().status())))
                .setBody(new String(Problems.document(problem, id), StandardCharsets.UTF_8))
                .addHeaders(header("Content-Type", Problems.MEDIA_TYPE))
                .addHeaders(header("Cache-Control", "no-store"))
                .addHeaders(header("X-Request-Id", id.value()))
                .addHeaders(header(REASON, problem.code().code()));
        Problems.headers(problem).forEach((name, value) -> response.addHeaders(header(name, value)));
        return CheckResponse.newBuilder()
                .setStatus(com.google.rpc.Status.newBuilder()
                        .setCode(
                                problem.code().status() == 401
                                        ? Code.UNAUTHENTICATED_VALUE
                                        : Code.PERMISSION_DENIED_VALUE))
                .setDeniedResponse(response)
                .build();
    }

    private static HeaderValueOption.Builder header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    }

    /** All values of a header; Envoy joins repeated ones, unless it is told to send them raw. */
    private static List<String> headers(AttributeContext attributes, String name) {
        AttributeContext.HttpRequest request = attributes.getRequest().getHttp();
        List<String> values = new ArrayList<>();
        request.getHeadersMap().forEach((key, value) -> {
            if (key.toLowerCase(Locale.ROOT).equals(name)) {
                values.add(value);
            }
        });
        request.getHeaderMap().getHeadersList().forEach(header -> {
            if (header.getKey().toLowerCase(Locale.ROOT).equals(name)) {
                values.add(header.getValue().isEmpty() ? header.getRawValue().toStringUtf8() : header.getValue());
            }
        });
        return values;
    }

    private static Optional<Set<String>> scopes(String text) {
        Set<String> scopes = new LinkedHashSet<>();
        for (String word : text.split(" ", -1)) {
            if (!word.isEmpty()) {
                Optional<String> scope = Scope.parse(word);
                if (scope.isEmpty()) {
                    return Optional.empty();
                }
                scopes.add(scope.get());
            }
        }
        return Optional.of(scopes);
    }

    /** The client as the gateway saw it, or whom a trusted proxy before the gateway names. */
    private Optional<InetAddress> source(AttributeContext attributes) {
        return AddressRange.parseAddress(
                        attributes.getSource().getAddress().getSocketAddress().getAddress())
                .flatMap(peer -> sources.resolve(peer, headers(attributes, "x-forwarded-for")));
    }
}
