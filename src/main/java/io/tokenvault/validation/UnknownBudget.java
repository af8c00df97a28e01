package io.tokenvault.validation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenvault.validation.Gcra.Rate;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Tells the sources from which more tokens come that nobody issued than mistakes explain. Only what the primary did not
 * know counts, so that a source of good tokens never gets here.
 */
@Singleton
class UnknownBudget {
    private static final Rate ALLOWED = Rate.of(100, Duration.ofSeconds(1).toNanos());
    private static final int MOST_SOURCES = 10_000;
    /** What one customer of a network has of IPv6 addresses, at least (RFC 6177). */
    private static final int NETWORK = 8;

    private final Cache<Object, Gcra> sources = Caffeine.newBuilder()
            .maximumSize(MOST_SOURCES)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build();

    /** One more unknown token came from there. */
    void spend(Object origin) {
        long now = System.nanoTime();
        sources.get(key(origin), _ -> new Gcra(now)).take(now, ALLOWED);
    }

    boolean isSpent(Object origin) {
        Gcra unknown = sources.getIfPresent(key(origin));
        return unknown != null && !unknown.hasRoom(System.nanoTime(), ALLOWED);
    }

    private static Object key(Object origin) {
        return origin instanceof Inet6Address address ? ByteBuffer.wrap(address.getAddress(), 0, NETWORK) : origin;
    }
}
