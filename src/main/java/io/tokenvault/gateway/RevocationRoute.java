package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.tokenvault.http.Exchange;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/**
 * Token revocation (RFC 7009): 200 when no replica accepts the token, which is so for one that was never issued, or that
 * the caller has no business with and that stays as it is.
 */
@Singleton
public class RevocationRoute extends OAuthRoute {
    private final OAuthClients clients;

    RevocationRoute(OAuthClients clients) {
        super(clients, Role.SECURITY);
        this.clients = clients;
    }

    @Override
    public String path() {
        return "/oauth2/revoke";
    }

    @Override
    void answer(RoutingContext exchange, Caller caller, String token) {
        Exchange.onEventLoop(
                exchange,
                clients.revoke(exchange, caller, token),
                _ -> exchange.response().setStatusCode(200).end(),
                failure -> OAuthProblem.write(exchange, failure));
    }
}
