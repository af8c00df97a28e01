package io.tokenvault.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What decides how long a token lives, and the rules over it. The end is a matter of the moment of asking: no job has
 * to run in time for a token to be expired.
 *
 * @param recorded the state as last recorded; time may have ended the token since
 * @param cause why it ended; set exactly when {@code recorded} is not live
 * @param expiresAt its own end; null: as long as the connection
 * @param retiresAt the end of its overlap; null while the successor is not published, or when it is not retiring
 * @param lastActiveAt the last use, or the issue when it was never used
 * @param inactivityLimit how long it may go unused; null: any time
 */
public record TokenLife(
        TokenState recorded,
        @Nullable EndCause cause,
        @Nullable Instant expiresAt,
        @Nullable Instant retiresAt,
        Instant lastActiveAt,
        @Nullable Duration inactivityLimit) {

    public TokenLife {
        if (recorded.isLive() == (cause != null)) {
            throw new IllegalArgumentException("a token has a cause of its end exactly when it ended");
        }
    }

    /** Why the token is no longer accepted at {@code now}; empty while it is. Every bound is exclusive. */
    public Optional<EndCause> endAt(Instant now) {
        if (cause != null) {
            return Optional.of(cause);
        }
        if (retiresAt != null && !now.isBefore(retiresAt)) {
            return Optional.of(EndCause.ROTATED);
        }
        if (expiresAt != null && !now.isBefore(expiresAt)) {
            return Optional.of(EndCause.EXPIRED);
        }
        if (inactivityLimit != null && !now.isBefore(lastActiveAt.plus(inactivityLimit))) {
            return Optional.of(EndCause.EXPIRED);
        }
        return Optional.empty();
    }

    /** The same life, ended: as it has ended by {@code now}, or by a revocation. */
    public TokenLife endedBy(Instant now) {
        return endAt(now).isPresent()
                ? this
                : new TokenLife(
                        TokenState.REVOKED, EndCause.REVOKED, expiresAt, retiresAt, lastActiveAt, inactivityLimit);
    }

    /** The state at {@code now}: a live one as recorded, or the one that time has brought about. */
    public TokenState stateAt(Instant now) {
        return recorded.isLive() && endAt(now).isPresent() ? TokenState.EXPIRED : recorded;
    }
}
