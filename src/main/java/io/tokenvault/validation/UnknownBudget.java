package io.tokenvault.validation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenvault.validation.Gcra.Rate;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells the sources from which more tokens come that nobody issued than mistakes explain. Only what the primary did not
 * know counts, so that a source of good tokens never gets here.
 */
@Singleton
class UnknownBudget {
    private static final Rate ALLOWED = Rate.of(100, Duration.ofSeconds(1).toNanos());
    private static final int MOST_SOURCES = 10_000;
    private static final String NOT_NAMED = "not named";
    /** What one customer of a network has of IPv6 addresses, at least (RFC 6177). */
    private static final int NETWORK = 8;

    private final Cache<Object, Gcra> sources = Caffeine.newBuilder()
            .maximumSize(MOST_SOURCES)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build();

    /** One more unknown token came from there. */
    void spend(@Nullable InetAddress source) {
        long now = System.nanoTime();
        sources.get(key(source), _ -> new Gcra(now)).take(now, ALLOWED);
    }

    boolean isSpent(@Nullable InetAddress source) {
        Gcra unknown = sources.getIfPresent(key(source));
        return unknown != null && !unknown.hasRoom(System.nanoTime(), ALLOWED);
    }

    private static Object key(@Nullable InetAddress source) {
        if (source == null) {
            return NOT_NAMED;
        }
        return source instanceof Inet6Address ? ByteBuffer.wrap(source.getAddress(), 0, NETWORK) : source;
    }
}
