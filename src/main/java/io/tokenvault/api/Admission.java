package io.tokenvault.api;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.access.Authenticator;
import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.tokenvault.audit.Actor;
import io.tokenvault.audit.Origin;
import io.tokenvault.http.BearerCredential;
import io.tokenvault.http.BodyType;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.RequestBodies;
import io.tokenvault.http.RequestId;
import io.tokenvault.http.RouteAuthorizer;
import io.tokenvault.http.SourceAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;

/**
 * Lets operators in, for JAX-RS and raw routes alike: who calls, then the size and type of the body, then the role.
 * Refusals for who calls are recorded before they are told. Never blocks. Not a singleton: the filter that has it is made
 * before the settings can be read.
 */
@ApplicationScoped
class Admission implements RouteAuthorizer {
    private final Authenticator authenticator;
    private final SourceAddress sources;
    private final Denials denials;
    private final ExecutorService virtualThreads;

    Admission(
            Authenticator authenticator,
            SourceAddress sources,
            Denials denials,
            @VirtualThreads ExecutorService virtualThreads) {
        this.authenticator = authenticator;
        this.sources = sources;
        this.denials = denials;
        this.virtualThreads = virtualThreads;
    }

    @Override
    public CompletionStage<?> admit(RoutingContext exchange, String endpoint, Set<String> anyOf) {
        return admit(exchange, endpoint, true, caller -> hasOneOf(caller, anyOf))
                .thenAccept(caller -> exchange.put(Caller.KEY, caller));
    }

    private static boolean hasOneOf(Caller caller, Set<String> anyOf) {
        for (Role role : caller.roles()) {
            if (anyOf.contains(role.code())) {
                return true;
            }
        }
        return false;
    }

    /** The caller, once its credential, its body when there is to be one, and its role were found in order. */
    CompletionStage<Caller> admit(
            RoutingContext exchange, String endpoint, boolean withBody, Predicate<Caller> permitted) {
        return switch (BearerCredential.of(exchange)) {
            case BearerCredential.Absent _ ->
                refuse(
                        exchange,
                        endpoint,
                        Actor.NOBODY,
                        ProblemException.noCredential("send Authorization: Bearer and an operator key"));
            case BearerCredential.Unreadable _ ->
                refuse(
                        exchange,
                        endpoint,
                        Actor.NOBODY,
                        ProblemException.badCredential("the Authorization header is not one bearer credential"));
            case BearerCredential.Present present ->
                authenticator
                        .authenticate(present.reveal())
                        .thenCompose(caller -> caller.isPresent()
                                ? admit(exchange, endpoint, withBody, permitted, caller.get())
                                : refuse(
                                        exchange,
                                        endpoint,
                                        Actor.NOBODY,
                                        ProblemException.badCredential(
                                                "the credential is not known here, was removed or has expired")));
        };
    }

    private CompletionStage<Caller> admit(
            RoutingContext exchange, String endpoint, boolean withBody, Predicate<Caller> permitted, Caller caller) {
        CompletionStage<?> body =
                withBody ? RequestBodies.start(exchange, BodyType.JSON) : CompletableFuture.completedFuture(null);
        return body.thenCompose(_ -> permitted.test(caller)
                ? CompletableFuture.completedFuture(caller)
                : refuse(
                        exchange,
                        endpoint,
                        caller.actor(),
                        ProblemException.of(ProblemCode.FORBIDDEN, "none of the caller's roles may call this")));
    }

    private CompletionStage<Caller> refuse(
            RoutingContext exchange, String endpoint, Actor actor, ProblemException refusal) {
        Origin origin = origin(actor, exchange);
        return CompletableFuture.supplyAsync(
                () -> {
                    denials.record(endpoint, origin, refusal.code().code());
                    throw refusal;
                },
                virtualThreads);
    }

    /** Where this call comes from, made by {@code actor}. */
    Origin origin(Actor actor, RoutingContext exchange) {
        return new Origin(
                actor,
                RequestId.of(exchange).value(),
                sources.of(exchange).map(InetAddress::getHostAddress).orElse(null));
    }
}
