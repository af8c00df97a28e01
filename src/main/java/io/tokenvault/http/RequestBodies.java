package io.tokenvault.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Reads request bodies: the size first, then the media type, then the bytes, which are never more than the limit of the
 * path, whatever the client announced. No body at all counts as {@code {}} and needs no media type. A body can be read
 * again: it is kept with its request.
 */
public final class RequestBodies {
    static final int DEFAULT_LIMIT = 64 * 1024;
    static final int BULK_LIMIT = 1024 * 1024;

    private static final Set<String> BULK =
            Set.of("/v1/leaked-tokens", "/v1/revocations", "/v1/restored-database/decision");
    private static final String KEY = "io.tokenvault.body";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private RequestBodies() {}

    /** The JSON body of a JAX-RS request, {@code {}} when there is none. Blocks; for virtual threads. */
    public static byte[] read(ContainerRequestContext request) {
        return read(Exchange.of(request), BodyType.JSON);
    }

    /** The body of a request; an absent JSON body is {@code {}}, an absent form is empty. Blocks; for virtual threads. */
    public static byte[] read(RoutingContext exchange, BodyType type) {
        try {
            return start(exchange, type).toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw failed;
        }
    }

    /** As {@link #read(RoutingContext, BodyType)}, for the event loop; fails with a {@link ProblemException}. */
    public static CompletionStage<byte[]> start(RoutingContext exchange, BodyType type) {
        CompletionStage<byte[]> known = exchange.get(KEY);
        if (known != null) {
            return known;
        }
        CompletionStage<byte[]> started = begin(exchange, type);
        exchange.put(KEY, started);
        return started;
    }

    private static CompletionStage<byte[]> begin(RoutingContext exchange, BodyType type) {
        HttpServerRequest request = exchange.request();
        int limit = BULK.contains(Exchange.path(exchange)) ? BULK_LIMIT : DEFAULT_LIMIT;
        long announced = announcedLength(request);
        if (announced == 0) {
            return CompletableFuture.completedFuture(absent(type));
        }
        if (announced > limit) {
            return CompletableFuture.failedFuture(tooLarge(limit));
        }
        boolean readable = isOf(type, request);
        // Chunks that say nothing of themselves may turn out to be none.
        boolean perhapsAbsent = announced < 0 && !request.headers().contains(HttpHeaders.CONTENT_TYPE);
        if (!readable && !perhapsAbsent) {
            return CompletableFuture.failedFuture(unsupported(type));
        }
        return collect(exchange, limit).thenApply(bytes -> {
            if (bytes.length > 0 && !readable) {
                throw unsupported(type);
            }
            return bytes.length == 0 ? absent(type) : bytes;
        });
    }

    private static byte[] absent(BodyType type) {
        return type == BodyType.JSON ? new byte[] {'{', '}'} : new byte[0];
    }

    /** What the head of the request says: 0 for no body, -1 for chunks of unknown length. */
    private static long announcedLength(HttpServerRequest request) {
        if (request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
            return -1;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return request.version() == HttpVersion.HTTP_2 && !request.isEnded() ? -1 : 0;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    private static boolean isOf(BodyType type, HttpServerRequest request) {
        List<String> contentTypes = request.headers().getAll(HttpHeaders.CONTENT_TYPE);
        List<String> encodings = request.headers().getAll(HttpHeaders.CONTENT_ENCODING);
        return contentTypes.size() == 1
                && type.matches(contentTypes.getFirst())
                && encodings.stream().allMatch(HttpHeaderValues.IDENTITY::contentEqualsIgnoreCase);
    }

    private static CompletionStage<byte[]> collect(RoutingContext exchange, int limit) {
        HttpServerRequest request = exchange.request();
        CompletableFuture<byte[]> whole = new CompletableFuture<>();
        Buffer received = Buffer.buffer();
        request.pause();
        request.exceptionHandler(_ -> whole.completeExceptionally(incomplete()));
        request.handler(part -> {
            if (whole.isDone()) {
                return;
            }
            if (received.length() + part.length() > limit) {
                whole.completeExceptionally(tooLarge(limit));
            } else {
                received.appendBuffer(part);
            }
        });
        request.endHandler(_ -> whole.complete(received.getBytes()));
        if (HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.resume();
        // Most bodies come along with the head, and are whole by the end of this turn of the event loop.
        exchange.vertx().getOrCreateContext().runOnContext(_ -> limitPatience(exchange, whole));
        if (request.response().closed()) {
            // Closed before the handlers were there to be told.
            whole.completeExceptionally(incomplete());
        }
        return whole;
    }

    private static void limitPatience(RoutingContext exchange, CompletableFuture<byte[]> whole) {
        if (!whole.isDone()) {
            long timer = exchange.vertx().setTimer(PATIENCE.toMillis(), _ -> whole.completeExceptionally(incomplete()));
            whole.whenComplete((_, _) -> exchange.vertx().cancelTimer(timer));
        }
    }

    private static ProblemException unsupported(BodyType type) {
        return ProblemException.of(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                "the body must come with Content-Type: " + type.mediaType() + ", UTF-8, not compressed");
    }

    private static ProblemException tooLarge(int limit) {
        return ProblemException.of(ProblemCode.BODY_TOO_LARGE, "the body is over " + limit + " bytes");
    }

    private static ProblemException incomplete() {
        return ProblemException.malformed("the body did not arrive in full");
    }
}
