package io.tokenvault.coherence;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Says when what was committed is in force on every replica. Many that wait are served by one question to the database;
 * without a database they wait for a lease, which is enough.
 */
@Singleton
public class Acknowledgements {
    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private final LeaseTerms terms;
    private final LeaseKeeper keeper;
    private final Revoker revoker;
    private final DirectConnection connection;
    private final MeterRegistry meters;
    private final Semaphore work = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopping;

    Acknowledgements(LeaseTerms terms, LeaseKeeper keeper, AgroalDataSource pool, MeterRegistry meters) {
        this.terms = terms;
        this.keeper = keeper;
        this.revoker = new Revoker(terms);
        this.connection = new DirectConnection(pool, "acknowledgements", terms.patience());
        this.meters = meters;
        this.thread = Thread.ofPlatform().daemon().name("acknowledgements").start(this::run);
    }

    /**
     * When all changes up to {@code number} are in force everywhere: at most the lease from now. They are committed.
     */
    public CompletableFuture<Effective> await(long number) {
        long begun = System.nanoTime();
        CompletableFuture<Effective> effective = revoker.await(begun, number).thenApply(outcome -> {
            Timer.builder("token_vault.revocation.wait")
                    .description("how long changes took to be in force on every replica after their commit")
                    .tag("how", outcome.how().name().toLowerCase(Locale.ROOT))
                    .register(meters)
                    .record(Duration.ofNanos(System.nanoTime() - begun));
            return new Effective(outcome.how(), outcome.replicas(), keeper.now());
        });
        keeper.hurry();
        work.release();
        // The thread that asks may be waiting for a database that does not answer.
        CompletableFuture.delayedExecutor(terms.waitNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> revoker.passed(System.nanoTime()));
        return effective;
    }

    /** What is true of a change that is committed now, whatever happens: when the last lease from before it is over. */
    public Effective bound() {
        return new Effective(
                Effective.How.LEASE_EXPIRED, keeper.members(), keeper.now().plus(terms.bound()));
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
        thread.interrupt();
    }

    private void run() {
        long pause = SHORTEST_PAUSE;
        while (!stopping) {
            try {
                if (revoker.isIdle()) {
                    work.acquire();
                    pause = SHORTEST_PAUSE;
                }
                ask();
                if (work.tryAcquire(pause, TimeUnit.NANOSECONDS)) {
                    pause = SHORTEST_PAUSE;
                } else {
                    pause = Math.min(LONGEST_PAUSE, pause * 3 / 2);
                }
                work.drainPermits();
            } catch (InterruptedException _) {
                stopping = true;
            }
        }
        connection.close();
    }

    private void ask() {
        long sentAt = System.nanoTime();
        try {
            LeaseRows.Membership membership = connection.run(LeaseRows::members);
            revoker.told(sentAt, membership.head(), membership.members());
        } catch (SQLException _) {
            // The leases run out all the same.
        }
    }
}
