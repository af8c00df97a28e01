package io.tokenvault.coherence;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Keeps this replica's lease: polls the change log, applies it to the caches, says how far it is, and removes replicas
 * that are gone. One thread with a connection of its own does all of it.
 */
@Singleton
public class LeaseKeeper implements ReplicaLease {
    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_STOP_MILLIS = 2_000;

    private final LeaseTerms terms;
    private final Replica replica;
    private final Reaper reaper;
    private final DirectConnection connection;
    private final Counter polls;
    private final Counter failedPolls;
    private final Semaphore wakeUp = new Semaphore(0);
    private final Thread thread = Thread.ofPlatform().daemon().name("lease").unstarted(this::run);

    private volatile boolean stopping;
    private volatile int members;
    private volatile boolean synchronous;
    private String id = "";
    private long acked;
    private boolean failing;

    LeaseKeeper(LeaseTerms terms, Instance<ReplicaCache> caches, AgroalDataSource pool, MeterRegistry meters) {
        this.terms = terms;
        this.replica = new Replica(
                terms,
                System::nanoTime,
                System::currentTimeMillis,
                caches.stream().toList());
        this.reaper = new Reaper(terms);
        this.connection = new DirectConnection(pool, "lease", terms.patience());
        this.polls = polls(meters, "renewed");
        this.failedPolls = polls(meters, "failed");
        Gauge.builder("token_vault.lease.remaining.seconds", () -> Math.max(0, replica.remainingNanos() / 1e9))
                .description("how long this replica may still answer from what it keeps")
                .register(meters);
        Gauge.builder("token_vault.lease.replicas", () -> members)
                .description("replicas that have a lease, or had one a moment ago")
                .register(meters);
        Gauge.builder("token_vault.lease.applied", replica::applied)
                .description("number of the newest change that this replica knows")
                .register(meters);
    }

    private static Counter polls(MeterRegistry meters, String outcome) {
        return Counter.builder("token_vault.lease.polls")
                .description("questions to the database for changes, each of which renews the lease")
                .tag("outcome", outcome)
                .register(meters);
    }

    @Override
    public boolean isHeld() {
        return replica.isHeld();
    }

    @Override
    public boolean keep(long head, Runnable insert) {
        return replica.keep(head, insert);
    }

    @Override
    public long applied() {
        return replica.applied();
    }

    @Override
    public Instant now() {
        return replica.now();
    }

    /** Lets the next poll begin at once: there may be something new. */
    void hurry() {
        wakeUp.release();
    }

    /** How many replicas there were at the last poll. */
    int members() {
        return Math.max(1, members);
    }

    /** Whether commits waited for a standby at the last poll. */
    boolean isReplicationSynchronous() {
        return synchronous;
    }

    void start(@Observes StartupEvent starting) {
        thread.start();
    }

    /** By now no request is under way; the place is given up at once, so that nobody waits for this replica. */
    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
        hurry();
        try {
            thread.join(LONGEST_STOP_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopping) {
            long pause = poll() ? terms.pollNanos() : RETRY_NANOS;
            try {
                if (wakeUp.tryAcquire(pause, TimeUnit.NANOSECONDS)) {
                    wakeUp.drainPermits();
                }
            } catch (InterruptedException _) {
                stopping = true;
            }
        }
        leave();
    }

    private boolean poll() {
        try {
            if (!connection.isOpen()) {
                replica.reconnected();
            }
            if (id.isEmpty()) {
                register();
            }
            Replica.Moment sent = replica.moment();
            long applied = replica.applied();
            Optional<Replica.Poll> poll = connection.run(on -> LeaseRows.poll(on, id, applied));
            if (poll.isEmpty()) {
                LOG.warn("this replica was taken for dead; it begins anew");
                replica.fenced();
                id = "";
                return poll();
            }
            replica.polled(sent, poll.get());
            acknowledge();
            reap();
            recovered();
            polls.increment();
            return true;
        } catch (SQLException failed) {
            failedPolls.increment();
            failed(failed);
            return false;
        }
    }

    private void register() throws SQLException {
        replica.fenced();
        String chosen = UUID.randomUUID().toString();
        connection.run(on -> {
            LeaseRows.register(on, chosen);
            return chosen;
        });
        id = chosen;
        acked = 0;
    }

    private void acknowledge() throws SQLException {
        long applied = replica.applied();
        if (applied != acked) {
            connection.run(on -> {
                LeaseRows.acknowledge(on, id, applied);
                return applied;
            });
            acked = applied;
        }
    }

    private void reap() throws SQLException {
        LeaseRows.Membership membership = connection.run(LeaseRows::members);
        List<Member> present = membership.members();
        members = (int) present.stream().filter(member -> !member.hasLeft()).count();
        synchronous = membership.synchronous();
        for (Member silent : reaper.silent(present, System.nanoTime())) {
            if (!silent.id().equals(id) && connection.run(on -> LeaseRows.remove(on, silent)) && !silent.hasLeft()) {
                LOG.warnf("replica %s has been silent for longer than its lease and is not waited for", silent.id());
            }
        }
    }

    private void leave() {
        replica.fenced();
        if (!id.isEmpty()) {
            try {
                connection.run(on -> {
                    LeaseRows.leave(on, id);
                    return id;
                });
            } catch (SQLException failed) {
                LOG.warnf(
                        "the others wait for this replica until its lease is over: SQL state %s", failed.getSQLState());
            }
        }
        connection.close();
    }

    private void failed(SQLException failure) {
        if (!failing) {
            failing = true;
            LOG.warnf(
                    "the lease cannot be renewed and lasts for another %d ms: SQL state %s",
                    Math.max(0, replica.remainingNanos() / 1_000_000), failure.getSQLState());
        }
    }

    private void recovered() {
        if (failing) {
            failing = false;
            LOG.info("the lease is renewed again");
        }
    }
}
