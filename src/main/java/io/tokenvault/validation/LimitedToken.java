package io.tokenvault.validation;

import io.tokenvault.connection.RateLimit;
import io.tokenvault.token.IsoDuration;
import io.tokenvault.validation.Gcra.Rate;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** A token with a limit: its uses on this replica, how many were wanted, and the share of the limit that is this replica's. */
final class LimitedToken {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    /** Of an equal share: what a replica may let through before the others know that it is asked. */
    private static final double FLOOR = 0.25;

    private final PackedId id;
    private final RateLimit limit;
    private final long period;
    private final Gcra uses;
    private final LongAdder wanted = new LongAdder();
    private volatile Rate share;
    /** What the last two divisions came to, the latest first. */
    private double before;

    private double longBefore;

    LimitedToken(PackedId id, RateLimit limit, int replicas) {
        this.id = id;
        this.limit = limit;
        this.period = nanos(limit);
        this.uses = new Gcra(System.nanoTime());
        this.before = (double) limit.limit() / replicas;
        this.longBefore = before;
        this.share = Rate.of(before, period);
    }

    private static long nanos(RateLimit limit) {
        Duration period = IsoDuration.parse(limit.period()).orElseThrow();
        return (period.compareTo(LONGEST) < 0 ? period : LONGEST).toNanos();
    }

    Duration take() {
        wanted.increment();
        long wait = uses.take(System.nanoTime(), share);
        return wait == 0 ? Duration.ZERO : Duration.ofNanos(wait);
    }

    /** How many uses were wanted since this was asked last, refused ones too. */
    long takeWanted() {
        return wanted.sumThenReset();
    }

    /** Whether uses were wanted since {@link #takeWanted}. */
    boolean isWanted() {
        return wanted.sum() > 0;
    }

    /** Gives back what demand has brought: others have it by now. */
    synchronized void shareEqually(int replicas) {
        before = (double) limit.limit() / replicas;
        longBefore = before;
        change(before);
    }

    private void change(double amount) {
        Rate next = Rate.of(amount, period);
        if (!next.equals(share)) {
            uses.change(System.nanoTime(), share, next);
            share = next;
        }
    }

    /**
     * Divides the limit anew: a quarter of it equally, so that a replica that is asked for the first time has
     * something, and the rest as the uses that are wanted. All shares together are the limit. A share shrinks at once
     * and grows when three divisions in a row allow it: by then the others have said what they are asked for, and shrunk.
     */
    synchronized void share(long own, long others, int replicas) {
        double demanded = own + others == 0 ? 1.0 / replicas : (double) own / (own + others);
        double part = FLOOR / replicas + (1 - FLOOR) * demanded;
        double amount = limit.limit() * part;
        change(Math.min(amount, Math.min(before, longBefore)));
        longBefore = before;
        before = amount;
    }

    PackedId id() {
        return id;
    }

    RateLimit limit() {
        return limit;
    }

    Duration period() {
        return Duration.ofNanos(period);
    }
}
