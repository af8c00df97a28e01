package io.tokenvault.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenLifeTest {
    private static final Instant ISSUED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = ISSUED.plusSeconds(60);

    @Test
    void livesForEverWithoutBounds() {
        assertThat(current(null, null).endAt(ISSUED.plus(Duration.ofDays(36_500))))
                .isEmpty();
    }

    @Test
    void expiresAtItsEndAndNotBefore() {
        TokenLife life = current(LATER, null);

        assertThat(life.endAt(LATER.minusMillis(1))).isEmpty();
        assertThat(life.endAt(LATER)).contains(EndCause.EXPIRED);
        assertThat(life.stateAt(LATER)).isEqualTo(TokenState.EXPIRED);
    }

    @Test
    void goesUnusedForItsLimitAndNoLonger() {
        TokenLife life = current(null, Duration.ofMinutes(1));

        assertThat(life.endAt(LATER.minusMillis(1))).isEmpty();
        assertThat(life.endAt(LATER)).contains(EndCause.EXPIRED);
    }

    @Test
    void isRotatedWhenItsOverlapEnds() {
        TokenLife life = new TokenLife(TokenState.RETIRING, null, null, LATER, ISSUED, null);

        assertThat(life.stateAt(LATER.minusMillis(1))).isEqualTo(TokenState.RETIRING);
        assertThat(life.endAt(LATER)).contains(EndCause.ROTATED);
        assertThat(life.stateAt(LATER)).isEqualTo(TokenState.EXPIRED);
    }

    @Test
    void retiresWithoutAClockUntilItsSuccessorIsPublished() {
        TokenLife life = new TokenLife(TokenState.RETIRING, null, null, null, ISSUED, null);

        assertThat(life.endAt(ISSUED.plus(Duration.ofDays(36_500)))).isEmpty();
    }

    @Test
    void aRecordedEndComesBeforeWhatTimeWouldSay() {
        TokenLife life =
                new TokenLife(TokenState.REVOKED, EndCause.REVOKED, ISSUED, ISSUED, ISSUED, Duration.ofNanos(1));

        assertThat(life.endAt(LATER)).contains(EndCause.REVOKED);
        assertThat(life.stateAt(LATER)).isEqualTo(TokenState.REVOKED);
    }

    @Test
    void anEndHasACauseAndALifeHasNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenLife(TokenState.REVOKED, null, null, null, ISSUED, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenLife(TokenState.CURRENT, EndCause.EXPIRED, null, null, ISSUED, null));
    }

    private static TokenLife current(@Nullable Instant expiresAt, @Nullable Duration inactivityLimit) {
        return new TokenLife(TokenState.CURRENT, null, expiresAt, null, ISSUED, inactivityLimit);
    }
}
