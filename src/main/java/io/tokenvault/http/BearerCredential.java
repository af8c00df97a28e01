package io.tokenvault.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request carries in {@code Authorization} (RFC 6750 §2.1). Nowhere else is a credential looked for. */
public sealed interface BearerCredential {
    /** No such header. */
    record Absent() implements BearerCredential {}

    /** Another scheme, more than one header, or a text that is no bearer token. */
    record Unreadable() implements BearerCredential {}

    /** A bearer token; prints nothing. */
    final class Present implements BearerCredential {
        private final String text;

        private Present(String text) {
            this.text = text;
        }

        public String reveal() {
            return text;
        }

        @Override
        public String toString() {
            return "BearerCredential[***]";
        }
    }

    static BearerCredential of(RoutingContext exchange) {
        List<String> headers = exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (headers.isEmpty()) {
            return new Absent();
        }
        Matcher bearer = Syntax.BEARER.matcher(headers.getFirst());
        return headers.size() == 1 && bearer.matches() ? new Present(bearer.group(1)) : new Unreadable();
    }

    /** The grammar of the header: the scheme in any case, one space or more, token68. */
    final class Syntax {
        private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([A-Za-z0-9._~+/-]+=*)");

        private Syntax() {}
    }
}
