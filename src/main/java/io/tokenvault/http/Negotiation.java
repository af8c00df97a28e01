package io.tokenvault.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/** Whether the caller accepts JSON (RFC 9110 §12.5.1); JAX-RS takes no notice of {@code q=0}. */
final class Negotiation {
    private static final List<String> JSON = List.of("application/json", "application/*", "*/*");

    private Negotiation() {}

    /** Whether {@code Accept} is absent or has room for {@code application/json}. */
    static boolean acceptsJson(RoutingContext exchange) {
        List<String> accepts = exchange.request().headers().getAll(HttpHeaders.ACCEPT);
        return accepts.isEmpty() || accepts.stream().anyMatch(Negotiation::hasRoomForJson);
    }

    private static boolean hasRoomForJson(String accept) {
        for (String range : accept.split(",", -1)) {
            String[] parts = range.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*", -1);
            boolean refused = false;
            for (String parameter : parts) {
                refused |= parameter.matches("q=0(?:\\.0{0,3})?");
            }
            if (!refused && JSON.contains(parts[0])) {
                return true;
            }
        }
        return accept.isBlank();
    }
}
