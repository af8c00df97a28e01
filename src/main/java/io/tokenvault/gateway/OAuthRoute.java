package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.tokenvault.http.Access;
import io.tokenvault.http.BodyType;
import io.tokenvault.http.Exchange;
import io.tokenvault.http.RawRoute;
import io.tokenvault.http.RequestBodies;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What introspection and revocation have in common: POST of a form with a {@code token}, by an authenticated caller, on
 * the event loop. A token is read from the body alone, so that none gets into a log of addresses.
 */
abstract class OAuthRoute implements RawRoute {
    private final OAuthClients clients;
    private final Role role;

    OAuthRoute(OAuthClients clients, Role role) {
        this.clients = clients;
        this.role = role;
    }

    private record Question(Caller caller, String token) {}

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public Access access() {
        return new Access.Open("asks for credentials itself, in every way that OAuth clients know");
    }

    @Override
    public RunsOn runsOn() {
        return RunsOn.EVENT_LOOP;
    }

    @Override
    public void handle(RoutingContext exchange) {
        Exchange.onEventLoop(
                exchange,
                question(exchange),
                question -> answer(exchange, question.caller(), question.token()),
                failure -> OAuthProblem.write(exchange, failure));
    }

    abstract void answer(RoutingContext exchange, Caller caller, String token);

    private CompletionStage<Question> question(RoutingContext exchange) {
        try {
            return ClientCredential.isInHeader(exchange) ? askedByHeader(exchange) : askedByForm(exchange);
        } catch (OAuthProblem problem) {
            return CompletableFuture.failedFuture(problem);
        }
    }

    private CompletionStage<Question> askedByHeader(RoutingContext exchange) {
        // The body is collected from now on: it does not wait for the answer about the caller.
        CompletionStage<byte[]> body = RequestBodies.start(exchange, BodyType.FORM);
        return clients.identify(exchange, path(), ClientCredential.ofHeader(exchange))
                .thenCombine(
                        body,
                        (caller, bytes) -> clients.permit(exchange, path(), caller, role)
                                .thenApply(_ -> {
                                    OAuthForm form = OAuthForm.parse(bytes);
                                    if (form.find("client_secret").isPresent()) {
                                        throw OAuthProblem.twoCredentials();
                                    }
                                    return new Question(caller, token(exchange, form));
                                }))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Question> askedByForm(RoutingContext exchange) {
        return RequestBodies.start(exchange, BodyType.FORM).thenCompose(bytes -> {
            OAuthForm form = OAuthForm.parse(bytes);
            return clients.identify(exchange, path(), ClientCredential.ofForm(form))
                    .thenCompose(caller -> clients.permit(exchange, path(), caller, role))
                    .thenApply(caller -> new Question(caller, token(exchange, form)));
        });
    }

    private static String token(RoutingContext exchange, OAuthForm form) {
        if (exchange.request().query() != null) {
            throw OAuthProblem.invalidRequest("parameters are read from the body alone");
        }
        return form.find("token").orElseThrow(() -> OAuthProblem.invalidRequest("the parameter token is missing"));
    }
}
