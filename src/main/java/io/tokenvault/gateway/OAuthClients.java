package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionStage;

/** What the OAuth endpoints ask of the control plane: who calls, and to end a token. One bean. */
public interface OAuthClients {
    /**
     * The operator with this credential and this role; else fails with an {@link OAuthProblem}, after the refusal was
     * recorded. Never blocks.
     */
    CompletionStage<Caller> admit(RoutingContext exchange, String endpoint, ClientCredential credential, Role role);

    /**
     * Ends the token in this text when it is one of the caller's environments; does nothing for any other text. Complete
     * when no replica accepts it any more.
     */
    CompletionStage<?> revoke(RoutingContext exchange, Caller caller, String token);
}
