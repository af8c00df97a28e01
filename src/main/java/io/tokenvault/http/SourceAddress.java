package io.tokenvault.http;

import io.tokenvault.token.AddressRange;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SocketAddressImpl;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Where a request came from: the peer of the connection, or, behind trusted proxies, the rightmost entry of
 * {@code X-Forwarded-For} that is not one of them ({@code token-vault.trusted-proxies}). An unreadable entry is a foreign address that matches no range.
 */
@Singleton
public final class SourceAddress {
    private static final String HEADER = "X-Forwarded-For";

    private final List<AddressRange> trusted;

    @Inject
    public SourceAddress(@ConfigProperty(name = "token-vault.trusted-proxies") Optional<List<AddressRange>> proxies) {
        this(proxies.orElse(List.of()));
    }

    SourceAddress(List<AddressRange> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /** The address of the client; empty when a trusted proxy names one that cannot be read. */
    public Optional<InetAddress> of(RoutingContext exchange) {
        return peer(exchange)
                .flatMap(peer -> resolve(peer, exchange.request().headers().getAll(HEADER)));
    }

    /** As {@link #of(RoutingContext)}, for JAX-RS filters. */
    public Optional<InetAddress> of(ContainerRequestContext request) {
        return of(Exchange.of(request));
    }

    /** The other end of the connection, whatever headers say. */
    public static Optional<InetAddress> peer(RoutingContext exchange) {
        SocketAddress remote = exchange.request().remoteAddress();
        return remote instanceof SocketAddressImpl known && known.ipAddress() instanceof Inet4Address address
                ? Optional.of(address)
                : Optional.ofNullable(remote).map(SocketAddress::hostAddress).flatMap(SourceAddress::readPeer);
    }

    /** The address of a client that came from {@code peer} with these values of {@code X-Forwarded-For}. */
    public Optional<InetAddress> resolve(InetAddress peer, List<String> headers) {
        List<String> entries = new ArrayList<>();
        for (String header : headers) {
            if (!header.isBlank()) {
                entries.addAll(List.of(header.split(",", -1)));
            }
        }
        InetAddress source = peer;
        while (isTrusted(source) && !entries.isEmpty()) {
            Optional<InetAddress> named =
                    AddressRange.parseAddress(withoutPort(entries.removeLast().strip()));
            if (named.isEmpty()) {
                return Optional.empty();
            }
            source = named.get();
        }
        return Optional.of(source);
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(range -> range.contains(address));
    }

    /** A link-local peer comes with its zone, which no range names. */
    private static Optional<InetAddress> readPeer(String host) {
        int zone = host.indexOf('%');
        return AddressRange.parseAddress(zone < 0 ? host : host.substring(0, zone));
    }

    /** Some gateways write {@code 192.0.2.1:50000} and {@code [2001:db8::1]:50000}. */
    private static String withoutPort(String entry) {
        if (entry.startsWith("[")) {
            int end = entry.indexOf(']');
            boolean wellFormed = end > 0 && entry.substring(end + 1).matches("(?::\\d{1,5})?");
            return wellFormed ? entry.substring(1, end) : "";
        }
        int colon = entry.indexOf(':');
        boolean port = colon > 0 && entry.substring(colon + 1).matches("\\d{1,5}") && entry.indexOf('.') > 0;
        return port ? entry.substring(0, colon) : entry;
    }
}
