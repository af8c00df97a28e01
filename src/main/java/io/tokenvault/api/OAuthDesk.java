package io.tokenvault.api;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.access.Authenticator;
import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.tokenvault.audit.Actor;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.Acknowledgements;
import io.tokenvault.coherence.Committer;
import io.tokenvault.coherence.Committer.Committed;
import io.tokenvault.gateway.ClientCredential;
import io.tokenvault.gateway.OAuthClients;
import io.tokenvault.gateway.OAuthProblem;
import io.tokenvault.lifecycle.PresentedTokens;
import io.tokenvault.lifecycle.TokenRevoker;
import io.tokenvault.lifecycle.TokenRevoker.Revoked;
import io.tokenvault.lifecycle.publication.Publisher;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;

/** The control plane's part in the OAuth endpoints. */
@Singleton
class OAuthDesk implements OAuthClients {
    private final Authenticator authenticator;
    private final Admission admission;
    private final Denials denials;
    private final PresentedTokens presented;
    private final TokenRevoker revoker;
    private final Publisher publisher;
    private final Committer committer;
    private final Acknowledgements acknowledgements;
    private final ExecutorService virtualThreads;

    OAuthDesk(
            Authenticator authenticator,
            Admission admission,
            Denials denials,
            PresentedTokens presented,
            TokenRevoker revoker,
            Publisher publisher,
            Committer committer,
            Acknowledgements acknowledgements,
            @VirtualThreads ExecutorService virtualThreads) {
        this.authenticator = authenticator;
        this.admission = admission;
        this.denials = denials;
        this.presented = presented;
        this.revoker = revoker;
        this.publisher = publisher;
        this.committer = committer;
        this.acknowledgements = acknowledgements;
        this.virtualThreads = virtualThreads;
    }

    @Override
    public CompletionStage<Caller> identify(RoutingContext exchange, String endpoint, ClientCredential credential) {
        return authenticator
                .authenticate(credential.revealKey())
                .thenCompose(known -> known.filter(found ->
                                credential.operatorId().map(found.id()::equals).orElse(true))
                        .<CompletionStage<Caller>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> refuse(
                                exchange, endpoint, Actor.NOBODY, OAuthProblem.invalidClient(credential.isBearer()))));
    }

    @Override
    public CompletionStage<Caller> permit(RoutingContext exchange, String endpoint, Caller caller, Role role) {
        return caller.hasOneOf(role)
                ? CompletableFuture.completedFuture(caller)
                : refuse(exchange, endpoint, caller.actor(), OAuthProblem.unauthorizedClient());
    }

    @Override
    public CompletionStage<?> revoke(RoutingContext exchange, Caller caller, String token) {
        Origin origin = admission.origin(caller.actor(), exchange);
        return CompletableFuture.runAsync(() -> revoke(caller, token, origin), virtualThreads);
    }

    private void revoke(Caller caller, String text, Origin origin) {
        Committed<Optional<Revoked>> committed = committer.commit(() -> presented
                .find(text)
                .filter(token -> caller.mayReach(token.environment()))
                .map(token -> revoker.revoke(token.id(), null, origin)));
        committed.value().ifPresent(revoked -> {
            CompletableFuture<?> inForce = acknowledgements.await(committed.number());
            if (revoked.changed()) {
                publisher.publish(List.of(ConnectionAnswers.wish(revoked.connection())));
            }
            inForce.join();
        });
    }

    private CompletionStage<Caller> refuse(
            RoutingContext exchange, String endpoint, Actor actor, OAuthProblem refusal) {
        Origin origin = admission.origin(actor, exchange);
        return CompletableFuture.supplyAsync(
                () -> {
                    denials.record("POST " + endpoint, origin, refusal.error());
                    throw refusal;
                },
                virtualThreads);
    }
}
