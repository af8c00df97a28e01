package io.tokenvault.validation;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The generic cell rate algorithm (ITU-T I.371, as a virtual schedule): a steady rate with a burst, in one number of
 * state and without a lock. The rate is given with each question, since shares of a limit change.
 */
final class Gcra {
    private static final double LONGEST_DEBT = (double) (Long.MAX_VALUE / 2);

    /** When the next request would come if all came at the steady rate; in nanoseconds of the caller's clock. */
    private final AtomicLong next;

    /** With the whole burst at hand. */
    Gcra(long now) {
        next = new AtomicLong(now);
    }

    /**
     * A rate.
     *
     * @param interval nanoseconds from one request to the next
     * @param burst how many may come at once
     */
    record Rate(long interval, long burst) {
        Rate {
            if (interval < 1 || burst < 1) {
                throw new IllegalArgumentException("a rate lets something through, and not everything");
            }
        }

        /** {@code amount} requests in {@code period} nanoseconds, all of them at once at most; one at least. */
        static Rate of(double amount, long period) {
            return new Rate(Math.max(1, (long) (period / amount)), Math.max(1, (long) amount));
        }

        private long tolerance() {
            return Math.multiplyExact(interval, burst - 1);
        }
    }

    /** Takes one request when there is room; otherwise nanoseconds until there is, and nothing is taken. */
    long take(long now, Rate rate) {
        long tolerance = rate.tolerance();
        while (true) {
            long expected = next.get();
            long wait = expected - tolerance - now;
            if (wait > 0) {
                return wait;
            }
            if (next.compareAndSet(expected, Math.max(expected, now) + rate.interval())) {
                return 0;
            }
        }
    }

    /**
     * Goes over from one rate to another. What was taken stays taken, request for request, also where it is more than the
     * new burst: what a smaller rate forgot, the next larger one would give again.
     */
    void change(long now, Rate from, Rate to) {
        next.updateAndGet(expected -> {
            double taken = (double) Math.max(0, expected - now) / from.interval();
            return now + (long) Math.min(taken * to.interval(), LONGEST_DEBT);
        });
    }

    /** Whether there is room, without taking any. */
    boolean hasRoom(long now, Rate rate) {
        return next.get() - rate.tolerance() - now <= 0;
    }
}
