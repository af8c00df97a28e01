package io.tokenvault.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The id under which logs, audit events, problem documents and the answer's {@code X-Request-Id} name one request: the
 * caller's, when it sent exactly one of {@code [A-Za-z0-9._-]{8,64}}, else a random one.
 */
public record RequestId(String value) {
    static final String HEADER = "X-Request-Id";

    private static final String KEY = "io.tokenvault.request-id";
    private static final Pattern FORMAT = Pattern.compile("[A-Za-z0-9._-]{8,64}");

    /** The id of this request; the same one each time it is asked for. */
    public static RequestId of(RoutingContext exchange) {
        RequestId known = exchange.get(KEY);
        if (known != null) {
            return known;
        }
        RequestId id = of(exchange.request().headers().getAll(HEADER));
        exchange.put(KEY, id);
        return id;
    }

    /** The id of a request that came with these values of the header. */
    public static RequestId of(List<String> sent) {
        return sent.size() == 1 && FORMAT.matcher(sent.getFirst()).matches()
                ? new RequestId(sent.getFirst())
                : random();
    }

    /** As {@link #of(RoutingContext)}, for JAX-RS filters. */
    public static RequestId of(ContainerRequestContext request) {
        return of(Exchange.of(request));
    }

    /** Unique, and no secret: whoever guesses one has nothing. */
    private static RequestId random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return new RequestId(hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()));
    }

    @Override
    public String toString() {
        return value;
    }
}
