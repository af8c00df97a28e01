package io.tokenvault.lifecycle.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WritePaceTest {
    private final AtomicLong nanoTime = new AtomicLong();
    private final WritePace pace = new WritePace(nanoTime::get);

    @Test
    void theFirstWritesDoNotWait() {
        for (int put = 0; put < 5; put++) {
            assertThat(pace.turn(WritePace.PUT)).isZero();
        }

        assertThat(pace.turn(WritePace.PUT)).isPositive();
    }

    @Test
    void inTheLongRunThereAreAtMost40WritesASecond() {
        assertThat(writesWithin(Duration.ofSeconds(60))).isBetween(40 * 59, 40 * 60 + 10);
    }

    @Test
    void whatCallersTakeIsMissingInTheBackground() {
        pace.take(30);

        assertThat(pace.turn(WritePace.PUT)).isEqualTo(Duration.ofMillis(550));
    }

    @Test
    void theBackgroundNeverStarves() {
        for (int call = 0; call < 1000; call++) {
            pace.take(WritePace.PUT);
        }

        assertThat(pace.turn(WritePace.PUT)).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aBackendThatHasTooMuchIsWrittenToHalfAsOften() {
        pace.slowed();

        assertThat(writesWithin(Duration.ofSeconds(60))).isBetween(20 * 59, 20 * 60 + 10);
    }

    @Test
    void itRecoversWithEveryWriteThatIsTaken() {
        pace.slowed();
        for (int write = 0; write < 40; write++) {
            pace.eased();
        }

        assertThat(writesWithin(Duration.ofSeconds(60))).isBetween(40 * 59, 40 * 60 + 10);
    }

    @Test
    void itGoesOnHoweverOftenTheBackendRefuses() {
        for (int refusal = 0; refusal < 100; refusal++) {
            pace.slowed();
        }

        assertThat(writesWithin(Duration.ofSeconds(60))).isBetween(50, 75);
    }

    /** Writes of one in the background that waits as long as it is told, by a clock that the test moves. */
    private int writesWithin(Duration time) {
        int writes = 0;
        while (nanoTime.get() < time.toNanos()) {
            nanoTime.addAndGet(pace.turn(WritePace.DELETE).toNanos());
            writes += WritePace.DELETE;
        }
        return writes;
    }
}
