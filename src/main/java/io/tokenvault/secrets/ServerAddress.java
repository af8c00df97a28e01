package io.tokenvault.secrets;

import java.net.URI;

/** The address of a server that secrets are sent to: {@code https}, unless {@code token-vault.unsafe.plain-http}. */
public final class ServerAddress {
    private ServerAddress() {}

    /**
     * The address, when it is one.
     *
     * @param setting what it was set by, for the message
     * @throws IllegalArgumentException naming the setting, when it is none or unsafe without being called so
     */
    public static URI checked(String setting, URI address, UnsafeConfig unsafe) {
        if (address.getHost() == null || address.getRawUserInfo() != null || address.getRawQuery() != null) {
            throw new IllegalArgumentException(setting + " must be of the form https://host[:port]");
        }
        if ("http".equalsIgnoreCase(address.getScheme())) {
            if (!unsafe.plainHttp()) {
                throw new IllegalArgumentException(setting + " is not https;"
                        + " set token-vault.unsafe.plain-http=true to send secrets in the clear anyway");
            }
        } else if (!"https".equalsIgnoreCase(address.getScheme())) {
            throw new IllegalArgumentException(setting + " must be of the form https://host[:port]");
        }
        return address;
    }
}
