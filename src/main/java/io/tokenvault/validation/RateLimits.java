package io.tokenvault.validation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenvault.connection.RateLimit;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;

/**
 * How often each token was used on this replica, against its share of the limit. What is not used for a whole period
 * has its burst again, and is forgotten.
 */
@Singleton
class RateLimits {
    private static final int MOST_TOKENS = 200_000;
    private static final Duration LONGER_THAN_SHARES = Duration.ofSeconds(10);

    private final Cache<PackedId, LimitedToken> tokens = Caffeine.newBuilder()
            .maximumSize(MOST_TOKENS)
            .expireAfter(Expiry.<PackedId, LimitedToken>accessing(
                    (_, token) -> token.period().plus(LONGER_THAN_SHARES)))
            .build();
    private volatile int replicas = 1;

    RateLimits(MeterRegistry meters) {
        Gauge.builder("token_vault.validation.rate_replicas", () -> replicas)
                .description("Replicas that limits are divided between")
                .register(meters);
    }

    /** Takes one use; zero when there was room, otherwise how long to wait, and nothing was taken. */
    Duration take(TokenRecord token, RateLimit limit) {
        LimitedToken limited = tokens.get(token.packedId(), id -> new LimitedToken(id, limit, replicas));
        if (!limited.limit().equals(limit)) {
            limited = tokens.asMap()
                    .compute(
                            token.packedId(),
                            (id, known) -> known != null && known.limit().equals(limit)
                                    ? known
                                    : new LimitedToken(id, limit, replicas));
        }
        return limited.take();
    }

    /** Between how many replicas a limit is divided that nobody has used before. */
    void divideBetween(int number) {
        replicas = number;
    }

    Collection<LimitedToken> all() {
        return tokens.asMap().values();
    }
}
