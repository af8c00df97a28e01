package io.tokenvault.coherence;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What one replica may answer from: how far it has applied the change log, and until when its lease lasts. A plain state
 * machine: it is told what the database answered and never asks. Losing the lease forgets nothing; losing the place in
 * the log forgets everything. The monotonic clock of a virtual machine may stand still while the machine does; the wall
 * clock, which is set right after it, tells.
 */
final class Replica implements ReplicaLease {
    private static final long NANOS_OF_MILLI = 1_000_000;

    private final LeaseTerms terms;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMillis;
    private final List<ReplicaCache> caches;
    private final ReentrantLock applying = new ReentrantLock();

    private volatile long applied;
    private boolean placed;
    private volatile Grant grant = Grant.NONE;

    /**
     * @param nanoTime monotonic nanoseconds, of this process
     * @param wallMillis the wall clock, which only ever ends a lease
     */
    Replica(LeaseTerms terms, LongSupplier nanoTime, LongSupplier wallMillis, List<ReplicaCache> caches) {
        this.terms = terms;
        this.nanoTime = nanoTime;
        this.wallMillis = wallMillis;
        this.caches = List.copyOf(caches);
    }

    /** A moment on the two clocks of this machine. */
    record Moment(long nanos, long wallMillis) {}

    /** A lease that counts from {@code sent}, when the time of the database was {@code databaseTime}. */
    private record Grant(boolean given, Moment sent, Instant databaseTime) {
        static final Grant NONE = new Grant(false, new Moment(0, 0), Instant.EPOCH);
    }

    /** A change with its number; several may have one. */
    record Numbered(long seq, Change change) {}

    /**
     * What a poll found, all in one snapshot.
     *
     * @param head of the log
     * @param changes after the number that was asked for, in order
     */
    record Poll(long head, List<Numbered> changes, Instant databaseTime) {}

    @Override
    public long applied() {
        return applied;
    }

    /** Now, to be taken before a poll is sent. */
    Moment moment() {
        return new Moment(nanoTime.getAsLong(), wallMillis.getAsLong());
    }

    /**
     * Applies what a poll found, then extends the lease. It counts from {@code sent}, before anything was sent: what the
     * answer does not know of was committed later.
     */
    void polled(Moment sent, Poll poll) {
        applying.lock();
        try {
            if (!placed || poll.head() < applied || hasGap(poll)) {
                caches.forEach(ReplicaCache::forgetEverything);
            } else {
                for (Numbered numbered : poll.changes()) {
                    caches.forEach(cache -> cache.forget(numbered.change()));
                }
            }
            placed = true;
            applied = poll.head();
            long halfWay = (nanoTime.getAsLong() - sent.nanos()) / 2;
            grant = new Grant(true, sent, poll.databaseTime().minusNanos(halfWay));
        } finally {
            applying.unlock();
        }
    }

    /**
     * Says that the next poll may ask another server, which may not know all that the last one did. The lease goes on: it
     * needs no server.
     */
    void reconnected() {
        applying.lock();
        try {
            placed = false;
        } finally {
            applying.unlock();
        }
    }

    /** Ends the lease: this replica is on no list that a revoker asks, or cannot tell what it missed. */
    void fenced() {
        applying.lock();
        try {
            grant = new Grant(false, grant.sent(), grant.databaseTime());
            placed = false;
            applied = 0;
            caches.forEach(ReplicaCache::forgetEverything);
        } finally {
            applying.unlock();
        }
    }

    @Override
    public boolean isHeld() {
        Grant current = grant;
        // The wall clock first: a pause between the two must not look like a machine that was stopped.
        long wall = wallMillis.getAsLong() - current.sent().wallMillis();
        long monotonic = nanoTime.getAsLong() - current.sent().nanos();
        return current.given()
                && monotonic < terms.leaseNanos()
                && wall - monotonic / NANOS_OF_MILLI <= LeaseTerms.SLACK.toMillis();
    }

    @Override
    public boolean keep(long head, Runnable insert) {
        applying.lock();
        try {
            if (!placed || head < applied) {
                return false;
            }
            insert.run();
            return true;
        } finally {
            applying.unlock();
        }
    }

    @Override
    public Instant now() {
        Grant current = grant;
        return current.databaseTime().equals(Instant.EPOCH)
                ? Instant.ofEpochMilli(wallMillis.getAsLong())
                : current.databaseTime()
                        .plusNanos(nanoTime.getAsLong() - current.sent().nanos());
    }

    /** How long the lease still lasts; not above 0 when there is none. */
    long remainingNanos() {
        Grant current = grant;
        return current.given() ? current.sent().nanos() + terms.leaseNanos() - nanoTime.getAsLong() : 0;
    }

    /** Whether changes between the applied one and the head are no longer in the log. */
    private boolean hasGap(Poll poll) {
        long last = applied;
        for (Numbered numbered : poll.changes()) {
            if (numbered.seq() > last + 1) {
                return true;
            }
            last = numbered.seq();
        }
        return last != poll.head();
    }
}
