package io.tokenvault.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The id under which logs, audit events, problem documents and the answer's {@code X-Request-Id} name one request: the
 * caller's, when it sent exactly one of {@code [A-Za-z0-9._-]{8,64}}, else a random one.
 */
public record RequestId(String value) {
    static final String HEADER = "X-Request-Id";

    private static final String KEY = "io.tokenvault.request-id";
    private static final Pattern FORMAT = Pattern.compile("[A-Za-z0-9._-]{8,64}");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The id of this request; the same one each time it is asked for. */
    public static RequestId of(RoutingContext exchange) {
        RequestId known = exchange.get(KEY);
        if (known != null) {
            return known;
        }
        List<String> sent = exchange.request().headers().getAll(HEADER);
        RequestId id = sent.size() == 1 && FORMAT.matcher(sent.getFirst()).matches()
                ? new RequestId(sent.getFirst())
                : random();
        exchange.put(KEY, id);
        return id;
    }

    /** As {@link #of(RoutingContext)}, for JAX-RS filters. */
    public static RequestId of(ContainerRequestContext request) {
        return of(Exchange.of(request));
    }

    private static RequestId random() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return new RequestId(HexFormat.of().formatHex(bytes));
    }

    @Override
    public String toString() {
        return value;
    }
}
