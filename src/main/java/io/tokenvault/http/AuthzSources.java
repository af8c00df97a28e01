package io.tokenvault.http;

import io.quarkus.runtime.Startup;
import io.tokenvault.token.AddressRange;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The gateways that may ask at {@code /authz}, by the address of their connection:
 * {@code token-vault.authz.allowed-sources}. Headers are not looked at, since there they speak of the gateway's client.
 */
@Startup
@Singleton
public final class AuthzSources {
    private final List<AddressRange> allowed;

    @Inject
    public AuthzSources(
            @ConfigProperty(name = "token-vault.authz.allowed-sources") Optional<List<AddressRange>> allowed) {
        this(allowed.orElse(List.of()));
    }

    AuthzSources(List<AddressRange> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    public boolean allows(InetAddress peer) {
        return allowed.stream().anyMatch(range -> range.contains(peer));
    }

    public boolean allows(RoutingContext exchange) {
        return SourceAddress.peer(exchange).filter(this::allows).isPresent();
    }
}
