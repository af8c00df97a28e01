package io.tokenvault.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

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
        return of(exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION));
    }

    /** As {@link #of(RoutingContext)}, of all the values of that header. */
    static BearerCredential of(List<String> headers) {
        if (headers.isEmpty()) {
            return new Absent();
        }
        if (headers.size() > 1) {
            return new Unreadable();
        }
        String header = headers.getFirst();
        int start = Syntax.start(header);
        return start > 0 && Syntax.isToken68(header, start) ? new Present(header.substring(start)) : new Unreadable();
    }

    /** The grammar of the header: the scheme in any case, one space or more, token68 (RFC 9110 §11.2). */
    final class Syntax {
        private static final String SCHEME = "Bearer ";

        private Syntax() {}

        /** Where the credential begins; 0 when another scheme is named. */
        private static int start(String header) {
            if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return 0;
            }
            int start = SCHEME.length();
            while (start < header.length() && header.charAt(start) == ' ') {
                start++;
            }
            return start;
        }

        private static boolean isToken68(String header, int start) {
            int end = header.length();
            while (end > start && header.charAt(end - 1) == '=') {
                end--;
            }
            for (int i = start; i < end; i++) {
                if (!isOfToken68(header.charAt(i))) {
                    return false;
                }
            }
            return end > start;
        }

        private static boolean isOfToken68(char read) {
            return read >= 'a' && read <= 'z'
                    || read >= 'A' && read <= 'Z'
                    || read >= '0' && read <= '9'
                    || "-._~+/".indexOf(read) >= 0;
        }
    }
}
