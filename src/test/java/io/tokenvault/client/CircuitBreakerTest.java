package io.tokenvault.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    // A clock that overflows on the way, as nanoTime may.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);
    private final CircuitBreaker breaker = new CircuitBreaker(3, PAUSE, now::get);

    @Test
    void opensAfterSoManyFailuresInARowAndSaysSoOnce() {
        assertThat(breaker.failed()).isFalse();
        assertThat(breaker.failed()).isFalse();
        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.failed()).isTrue();
        assertThat(breaker.failed()).isFalse();
        assertThat(breaker.lets()).isFalse();
    }

    @Test
    void aSuccessBetweenStartsTheCountAgain() {
        breaker.failed();
        breaker.failed();

        assertThat(breaker.succeeded()).isFalse();

        breaker.failed();
        breaker.failed();
        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void letsOneTryInEachPauseAlsoWhenNothingIsHeardOfIt() {
        open();

        now.addAndGet(PAUSE.toNanos());

        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.lets()).isFalse();
        now.addAndGet(PAUSE.toNanos());
        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void aFailedTryStartsThePauseAnew() {
        open();
        now.addAndGet(PAUSE.toNanos());
        breaker.lets();
        now.addAndGet(PAUSE.toNanos());

        breaker.failed();

        assertThat(breaker.lets()).isFalse();
    }

    @Test
    void theFirstSuccessClosesIt() {
        open();

        assertThat(breaker.succeeded()).isTrue();

        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.lets()).isTrue();
    }

    private void open() {
        for (int i = 0; i < 3; i++) {
            breaker.failed();
        }
    }
}
