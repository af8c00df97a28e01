package io.tokenvault.secrets.azure;

import java.net.URI;
import java.util.Optional;

/** The address of a vault or of an authority: {@code https} and a host, nothing that a request could not add to. */
final class AzureAddress {
    private AzureAddress() {}

    /** The setting when it is such an address; {@link IllegalArgumentException} naming it when it is missing or not. */
    static String checked(Optional<URI> setting, String name) {
        URI url = setting.orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
        boolean plain = url.getHost() != null
                && url.getRawUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null
                && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
        // No setting allows plain http here: the service has none, and the vendor's client refuses to send a token.
        if (!plain || !"https".equalsIgnoreCase(url.getScheme())) {
            throw new IllegalArgumentException(name + " must be of the form https://host[:port]");
        }
        return "https://" + url.getRawAuthority() + "/";
    }
}
