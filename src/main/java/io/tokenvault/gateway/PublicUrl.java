package io.tokenvault.gateway;

import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The address by which clients know this service ({@code token-vault.public-url}), without a slash at its end. */
@Singleton
class PublicUrl {
    private final Optional<String> configured;

    PublicUrl(@ConfigProperty(name = "token-vault.public-url") Optional<String> configured) {
        this.configured =
                configured.map(url -> url.strip().replaceFirst("/+$", "")).filter(url -> !url.isEmpty());
    }

    Optional<String> configured() {
        return configured;
    }

    /** The configured one; without it, the address that this caller has used. */
    String forCallerOf(RoutingContext exchange) {
        return configured.orElseGet(() -> {
            HostAndPort authority = exchange.request().authority();
            return exchange.request().scheme() + "://" + (authority == null ? "localhost" : authority.toString());
        });
    }
}
