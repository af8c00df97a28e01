package io.tokenvault.secrets.vault;

import io.tokenvault.secrets.UnsafeConfig;
import java.net.URI;
import java.util.Optional;

/** The address of a server: {@code https}, unless {@code token-vault.unsafe.plain-http} says otherwise. */
final class VaultAddress {
    private VaultAddress() {}

    static URI checked(Optional<URI> setting, UnsafeConfig unsafe) {
        URI url = setting.orElseThrow(() -> new IllegalArgumentException("url is missing"));
        if (url.getHost() == null || url.getRawUserInfo() != null || url.getRawQuery() != null) {
            throw new IllegalArgumentException("url must be of the form https://host[:port]");
        }
        if ("http".equalsIgnoreCase(url.getScheme())) {
            if (!unsafe.plainHttp()) {
                throw new IllegalArgumentException("url is not https;"
                        + " set token-vault.unsafe.plain-http=true to send secrets in the clear anyway");
            }
        } else if (!"https".equalsIgnoreCase(url.getScheme())) {
            throw new IllegalArgumentException("url must be of the form https://host[:port]");
        }
        return url;
    }
}
