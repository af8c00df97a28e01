package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.validation.Gcra.Rate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a limit promises, over random rates and random arrivals. */
class GcraTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @MethodSource("seeds")
    void theBurstIsTheLimitAndNoMore(int seed) {
        Random random = new Random(seed);
        long limit = 1 + random.nextInt(1000);
        Rate rate = Rate.of(limit, period(random));
        long now = random.nextLong(-SECOND, SECOND);
        Gcra uses = new Gcra(now);

        long taken =
                IntStream.range(0, 2000).filter(_ -> uses.take(now, rate) == 0).count();

        assertThat(taken).isEqualTo(limit);
    }

    /** A burst, and what comes back during the window; never more, wherever the window begins. */
    @ParameterizedTest
    @MethodSource("seeds")
    void noWindowHasMoreThanItsBurstAndItsRate(int seed) {
        Random random = new Random(seed);
        long limit = 1 + random.nextInt(50);
        long period = period(random);
        Rate rate = Rate.of(limit, period);
        long now = random.nextLong();
        Gcra uses = new Gcra(now);
        Deque<Long> window = new ArrayDeque<>();
        for (int i = 0; i < 5000; i++) {
            now += random.nextLong(2 * period / limit + 1);
            if (uses.take(now, rate) == 0) {
                window.addLast(now);
            }
            while (!window.isEmpty() && now - window.getFirst() >= period) {
                window.removeFirst();
            }

            assertThat(window.size()).isLessThanOrEqualTo((int) (2 * limit));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void afterTheWaitThatIsToldThereIsRoomAndNotBefore(int seed) {
        Random random = new Random(seed);
        long limit = 1 + random.nextInt(20);
        Rate rate = Rate.of(limit, period(random));
        Gcra uses = new Gcra(0);
        for (int i = 0; i < limit; i++) {
            uses.take(0, rate);
        }
        long wait = uses.take(0, rate);

        assertThat(wait).isPositive();
        assertThat(uses.hasRoom(wait - 1, rate)).isFalse();
        assertThat(uses.take(wait, rate)).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whoKeepsToTheRateIsNeverRefused(int seed) {
        Random random = new Random(seed);
        long limit = 1 + random.nextInt(500);
        Rate rate = Rate.of(limit, period(random));
        long now = random.nextLong();
        Gcra uses = new Gcra(now);
        for (int i = 0; i < 2000; i++) {
            assertThat(uses.take(now, rate)).isZero();
            now += rate.interval() + random.nextLong(5);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasTakenStaysTakenAtAnotherRate(int seed) {
        Random random = new Random(seed);
        long period = period(random);
        long limit = 1 + random.nextInt(100);
        long later = 1 + random.nextInt(200);
        long taken = random.nextLong(limit + 1);
        Rate rate = Rate.of(limit, period);
        Rate other = Rate.of(later, period);
        Gcra uses = new Gcra(0);
        for (int i = 0; i < taken; i++) {
            uses.take(0, rate);
        }

        uses.change(0, rate, other);

        long left =
                IntStream.range(0, 1000).filter(_ -> uses.take(0, other) == 0).count();
        assertThat(left).isBetween(Math.max(0, later - taken), Math.max(0, later - taken) + 1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aSmallerRateInBetweenGivesNothingBack(int seed) {
        Random random = new Random(seed);
        long period = period(random);
        long limit = 2 + random.nextInt(100);
        Rate rate = Rate.of(limit, period);
        Rate smaller = Rate.of(1 + random.nextDouble() * (limit - 1), period);
        Gcra uses = new Gcra(0);
        for (int i = 0; i < limit; i++) {
            uses.take(0, rate);
        }

        uses.change(0, rate, smaller);
        uses.change(0, smaller, rate);

        long left =
                IntStream.range(0, 1000).filter(_ -> uses.take(0, rate) == 0).count();
        assertThat(left).isLessThanOrEqualTo(1);
    }

    @Test
    void theLongestPeriodAndTheLargestDebtStillRefuse() {
        long century = java.time.Duration.ofDays(36_500).toNanos();
        Rate rate = Rate.of(1_000_000, century);
        Rate smallest = Rate.of(1, century);
        long now = century / 10;
        Gcra uses = new Gcra(now);
        for (int i = 0; i < 1000; i++) {
            uses.take(now, rate);
        }

        uses.change(now, rate, smallest);

        assertThat(uses.take(now, smallest)).isPositive();
    }

    @Test
    void threadsShareOneBurst() throws Exception {
        Gcra uses = new Gcra(0);
        Rate rate = Rate.of(1000, SECOND);
        AtomicLong taken = new AtomicLong();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                threads.execute(() -> {
                    for (int j = 0; j < 1000; j++) {
                        taken.addAndGet(uses.take(0, rate) == 0 ? 1 : 0);
                    }
                });
            }
        }

        assertThat(taken).hasValue(1000);
    }

    private static long period(Random random) {
        return SECOND + random.nextLong(100 * SECOND);
    }

    static IntStream seeds() {
        return IntStream.range(0, 40);
    }
}
