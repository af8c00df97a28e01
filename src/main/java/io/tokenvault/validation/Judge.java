package io.tokenvault.validation;

import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.connection.RateLimit;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenLife;
import io.tokenvault.validation.Verdict.Accepted;
import io.tokenvault.validation.Verdict.Refused;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rules over a token whose holder has proved possession, in their order. */
@Singleton
class Judge {
    /** A use that another replica saw before that is in the database. */
    private static final Duration USES_ARE_WRITTEN_AFTER = Duration.ofSeconds(5);

    private final TokenUses uses;
    private final RateLimits limits;

    Judge(TokenUses uses, RateLimits limits) {
        this.uses = uses;
        this.limits = limits;
    }

    /** Whether the token may be used for what is demanded. An accepted one counts as used. */
    Verdict judge(TokenRecord token, Demand demand, Instant now) {
        if (!token.environment().equals(demand.environment())) {
            return new Refused(Reason.WRONG_ENVIRONMENT);
        }
        return usable(token, now).or(() -> permitted(token, demand)).orElseGet(() -> limited(token, now));
    }

    /** Whether the token may be used at all, by whom and for what nobody knows. An accepted one counts as used. */
    Verdict judgeAnywhere(TokenRecord token, Predicate<EnvironmentName> reached, Instant now) {
        if (!reached.test(token.environment())) {
            return new Refused(Reason.WRONG_ENVIRONMENT);
        }
        return usable(token, now).orElseGet(() -> limited(token, now));
    }

    private Optional<Verdict> usable(TokenRecord token, Instant now) {
        Optional<EndCause> end = life(token).endAt(now);
        if (end.isPresent()) {
            return Optional.of(new Refused(ended(end.get())));
        }
        return token.status() == Operating.ACTIVE
                ? Optional.empty()
                : Optional.of(new Refused(stopped(token.status())));
    }

    private static Optional<Verdict> permitted(TokenRecord token, Demand demand) {
        if (!token.allows(demand.source())) {
            return Optional.of(new Refused(Reason.SOURCE_IP_NOT_ALLOWED));
        }
        return token.scopes().containsAll(demand.requiredScopes())
                ? Optional.empty()
                : Optional.of(new Refused(Reason.INSUFFICIENT_SCOPE));
    }

    private Verdict limited(TokenRecord token, Instant now) {
        Optional<RateLimit> limit = token.rateLimit();
        Duration wait = limit.map(known -> limits.take(token, known)).orElse(Duration.ZERO);
        return wait.isZero() ? accept(token, now) : new Verdict.Limited(wait);
    }

    /** Whether the token still says who holds it, whatever the status of its connection. */
    Verdict name(TokenRecord token, @Nullable InetAddress source, Instant now) {
        Optional<EndCause> end = life(token).endAt(now);
        if (end.isPresent()) {
            return new Refused(ended(end.get()));
        }
        return token.allows(source) ? accept(token, now) : new Refused(Reason.SOURCE_IP_NOT_ALLOWED);
    }

    /**
     * Whether a token that was unused for too long, by what was read at {@code readAt}, may have been used elsewhere in
     * time: what was read so early cannot hold every such use.
     */
    boolean mayBeOutlived(TokenRecord token, long readAt, Instant now) {
        Duration limit = token.inactivityLimit();
        if (limit == null || !token.state().isLive()) {
            return false;
        }
        Instant end = life(token).lastActiveAt().plus(limit);
        return !now.isBefore(end) && readAt < end.plus(USES_ARE_WRITTEN_AFTER).toEpochMilli();
    }

    private TokenLife life(TokenRecord token) {
        return token.lifeActiveAt(uses.lastUse(token.packedId()));
    }

    private Accepted accept(TokenRecord token, Instant now) {
        uses.record(token.packedId(), now.toEpochMilli());
        return new Accepted(token, token.state());
    }

    private static Reason ended(EndCause cause) {
        return switch (cause) {
            case REVOKED -> Reason.REVOKED;
            case ROTATED -> Reason.ROTATED;
            case EXPIRED -> Reason.EXPIRED;
        };
    }

    private static Reason stopped(ConnectionStatus status) {
        return switch (status) {
            case Operating _ -> Reason.REAUTHORIZATION_REQUIRED;
            case ConnectionStatus.Suspended _ -> Reason.CONNECTION_SUSPENDED;
            case ConnectionStatus.Disconnected _ -> Reason.CONNECTION_DISCONNECTED;
        };
    }
}
