package io.tokenvault.validation;

import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What validation knows of one token and its connection; immutable. */
public record TokenRecord(
        TokenId id,
        ConnectionId connection,
        String tenant,
        String system,
        EnvironmentName environment,
        Mac mac,
        TokenLife life,
        ConnectionStatus status,
        List<String> scopes,
        List<AddressRange> allowedRanges) {

    /** The keyed MAC of a token; prints nothing. */
    record Mac(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Mac mac && java.security.MessageDigest.isEqual(bytes, mac.bytes);
        }

        @Override
        public int hashCode() {
            return Mac.class.hashCode();
        }

        @Override
        public String toString() {
            return "Mac[***]";
        }
    }

    /** The same token with another life. */
    TokenRecord living(TokenLife other) {
        return new TokenRecord(id, connection, tenant, system, environment, mac, other, status, scopes, allowedRanges);
    }

    boolean allows(@Nullable InetAddress source) {
        return allowedRanges.isEmpty()
                || source != null && allowedRanges.stream().anyMatch(range -> range.contains(source));
    }
}
