package io.tokenvault.connection;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be edited of a connection.
 *
 * @param scopes what its tokens may be used for (RFC 6749 §3.3); empty: nothing
 * @param allowedCidrs where its tokens may be used from; empty: anywhere
 */
public record Profile(
        @Nullable String displayName,
        Map<String, String> labels,
        List<String> scopes,
        List<String> allowedCidrs,
        @Nullable RateLimit rateLimit) {

    public Profile {
        labels = Map.copyOf(labels);
        scopes = List.copyOf(scopes);
        allowedCidrs = List.copyOf(allowedCidrs);
    }
}
