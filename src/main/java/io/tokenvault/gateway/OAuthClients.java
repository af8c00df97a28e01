package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionStage;

/** What the OAuth endpoints ask of the control plane: who calls, and to end a token. One bean. */
public interface OAuthClients {
    /**
     * The operator with this credential; else fails with an {@link OAuthProblem}, after the refusal was recorded. Never
     * blocks.
     */
    CompletionStage<Caller> identify(RoutingContext exchange, String endpoint, ClientCredential credential);

    /** The caller, if it has this role; else as {@link #identify}. */
    CompletionStage<Caller> permit(RoutingContext exchange, String endpoint, Caller caller, Role role);

    /**
     * Ends the token in this text when it is one of the caller's environments; does nothing for any other text. Complete
     * when no replica accepts it any more.
     */
    CompletionStage<?> revoke(RoutingContext exchange, Caller caller, String token);
}
