package io.tokenvault.validation;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The generic cell rate algorithm (ITU-T I.371, as a virtual schedule): a steady rate with a burst, in one number of
 * state and without a lock. The rate is given with each question, since shares of a limit change.
 */
final class Gcra {
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
     * Goes over from one rate to another. What was taken stays taken, request for request; where the new burst is
     * smaller than that, all of it is.
     */
    void change(long now, Rate from, Rate to) {
        next.updateAndGet(expected -> {
            double taken = Math.min((double) Math.max(0, expected - now) / from.interval(), to.burst());
            return now + (long) (taken * to.interval());
        });
    }

    /** Whether there is room, without taking any. */
    boolean hasRoom(long now, Rate rate) {
        return next.get() - rate.tolerance() - now <= 0;
    }
}
