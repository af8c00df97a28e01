package io.tokenvault.coherence;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What one replica may answer from: how far it has applied the change log, and until when its lease lasts. A plain state
 * machine: it is told what the database answered and never asks. Losing the lease forgets nothing; losing the place in
 * the log forgets everything.
 */
final class Replica implements ReplicaLease {
    /** A wall clock that ran ahead of the monotonic one by more than this tells of a machine that was stopped. */
    private static final long LONGEST_JUMP_MILLIS = 1_000;

    private static final long NANOS_OF_MILLI = 1_000_000;

    private final LeaseTerms terms;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMillis;
    private final List<ReplicaCache> caches;
    private final ReentrantLock applying = new ReentrantLock();

    private long applied;
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

    /** A lease, and the database's time at a moment of the two clocks. */
    private record Grant(boolean given, long deadline, long atNanos, long atWall, Instant databaseTime) {
        static final Grant NONE = new Grant(false, 0, 0, 0, Instant.EPOCH);
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

    /** The number up to which this replica has applied the log; changes after it are asked for. */
    long applied() {
        applying.lock();
        try {
            return applied;
        } finally {
            applying.unlock();
        }
    }

    /**
     * Applies what a poll found, then extends the lease. It counts from {@code sentAt}, before anything was sent: what the
     * answer does not know of was committed later.
     */
    void polled(long sentAt, Poll poll) {
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
            long now = nanoTime.getAsLong();
            Instant databaseNow = poll.databaseTime().plusNanos((now - sentAt) / 2);
            grant = new Grant(true, sentAt + terms.leaseNanos(), now, wallMillis.getAsLong(), databaseNow);
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
            grant = new Grant(false, 0, grant.atNanos(), grant.atWall(), grant.databaseTime());
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
        return current.given() && nanoTime.getAsLong() - current.deadline() < 0 && !jumped(current);
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
                : current.databaseTime().plusNanos(nanoTime.getAsLong() - current.atNanos());
    }

    /** How long the lease still lasts; not above 0 when there is none. */
    long remainingNanos() {
        Grant current = grant;
        return current.given() ? current.deadline() - nanoTime.getAsLong() : 0;
    }

    /** The monotonic clock of a virtual machine may stand still while the machine does; the wall clock is set right after it. */
    private boolean jumped(Grant current) {
        long monotonic = (nanoTime.getAsLong() - current.atNanos()) / NANOS_OF_MILLI;
        return wallMillis.getAsLong() - current.atWall() - monotonic > LONGEST_JUMP_MILLIS;
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
