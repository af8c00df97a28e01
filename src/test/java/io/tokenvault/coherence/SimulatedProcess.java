package io.tokenvault.coherence;

import io.tokenvault.coherence.LeaseSimulation.Database;
import io.tokenvault.coherence.LeaseSimulation.Mistake;
import io.tokenvault.coherence.Replica.Numbered;
import io.tokenvault.token.ConnectionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One process: a replica with its cache, a revoker and a reaper, on a clock of its own. */
final class SimulatedProcess {
    private static final long MILLI = LeaseSimulation.MILLI;
    private static final LeaseTerms TERMS = LeaseSimulation.TERMS;

    private final LeaseSimulation world;
    private final Random random;
    private final Mistake mistake;
    private final Database database;
    private final int number;
    private final double rate;
    private int life;
    private boolean up;
    private boolean paused;
    private long stopped;
    private String id = "";
    private Replica replica;
    private Revoker revoker;
    private Reaper reaper;
    private Set<Integer> cache = new HashSet<>();
    private final List<Runnable> held = new ArrayList<>();

    SimulatedProcess(LeaseSimulation world, int number) {
        this.world = world;
        this.random = world.random;
        this.mistake = world.mistake;
        this.database = world.database;
        this.number = number;
        this.rate = 1 + (random.nextDouble() - 0.5) * 2 * LeaseTerms.DRIFT * 0.5;
        begin();
    }

    private void begin() {
        life++;
        Set<Integer> fresh = new HashSet<>();
        cache = fresh;
        replica = new Replica(TERMS, this::clock, this::wall, List.of(new ReplicaCache() {
            @Override
            public void forget(Change change) {
                fresh.remove(token(change));
            }

            @Override
            public void forgetEverything() {
                fresh.clear();
            }
        }));
        revoker = new Revoker(TERMS);
        reaper = new Reaper(TERMS);
    }

    private long clock() {
        long wait = mistake == Mistake.WAIT_SHORTER_THAN_THE_LEASE ? 0 : 1;
        return (long) ((world.time() - stopped) * rate) + 7 * MILLI * number * wait;
    }

    private long wall() {
        return (mistake == Mistake.STOPPED_MACHINE_NOT_NOTICED ? clock() : world.time()) / MILLI;
    }

    /** Runs a step of this life, later when the process is stopped. */
    private Runnable mine(Runnable step) {
        int begunIn = life;
        return () -> {
            if (life == begunIn && up) {
                if (paused) {
                    held.add(mine(step));
                } else {
                    step.run();
                }
            }
        };
    }

    void start() {
        up = true;
        String chosen = number + "-" + life;
        world.send(() -> {
            database.rows.put(chosen, new long[] {0, 0});
            world.send(mine(() -> id = chosen));
        });
        world.after(50, mine(this::tick));
        world.after(100 + random.nextInt(200), mine(this::ask));
        world.after(300 + random.nextInt(4_000), mine(this::trouble));
    }

    private void tick() {
        if (!id.isEmpty()) {
            poll();
            fill(random.nextInt(LeaseSimulation.TOKENS));
        }
        world.after(100 + random.nextInt(300), mine(this::tick));
    }

    private void poll() {
        Replica.Moment sent = replica.moment();
        long applied = replica.applied();
        String self = id;
        world.send(() -> {
            long[] row = database.rows.get(self);
            if (row == null) {
                world.send(mine(this::fenced));
                return;
            }
            row[0]++;
            List<Numbered> changes = new ArrayList<>();
            for (int i = (int) Math.min(applied, database.log.size()); i < database.log.size(); i++) {
                changes.add(new Numbered(i + 1, change(database.log.get(i))));
            }
            Replica.Poll poll = new Replica.Poll(database.log.size(), changes, Instant.EPOCH.plusSeconds(1));
            world.send(mine(() -> polled(self, applied, sent, poll)));
        });
    }

    private void polled(String self, long asked, Replica.Moment sent, Replica.Poll poll) {
        // One connection answers in order; an answer to an older question than the last applied one is not listened
        // to.
        if (!self.equals(id) || asked != replica.applied()) {
            return;
        }
        replica.polled(mistake == Mistake.LEASE_COUNTED_FROM_THE_ANSWER ? replica.moment() : sent, poll);
        long applied = replica.applied();
        world.send(() -> {
            long[] row = database.rows.get(self);
            if (row != null) {
                row[1] = Math.max(row[1], applied);
            }
        });
    }

    private void fenced() {
        replica.fenced();
        id = "";
        begin();
        start();
    }

    private void fill(int token) {
        if (!replica.isHeld() || cache.contains(token)) {
            return;
        }
        Set<Integer> mine = cache;
        world.send(() -> {
            boolean live = !database.revoked.contains(token);
            long head = database.log.size();
            world.send(mine(() -> {
                if (live && mistake == Mistake.FILL_WITHOUT_LOOKING_AT_THE_HEAD) {
                    mine.add(token);
                } else if (live) {
                    replica.keep(head, () -> mine.add(token));
                }
            }));
        });
    }

    void revoke(int token) {
        if (!up || paused || database.revoked.contains(token)) {
            return;
        }
        if (mistake == Mistake.MEMBERS_READ_BEFORE_THE_COMMIT) {
            List<Member> before = database.membership().members();
            world.after(random.nextInt(600), mine(() -> {
                commit(token);
                revoker.told(clock(), database.log.size(), before);
            }));
        } else {
            commit(token);
        }
    }

    private void commit(int token) {
        database.revoked.add(token);
        database.log.add(token);
        CompletableFuture<Revoker.Outcome> outcome = revoker.await(clock(), database.log.size());
        outcome.thenAccept(how -> world.returned(token, how));
    }

    private void ask() {
        long sentAt = clock();
        world.send(() -> {
            LeaseRows.Membership membership = database.membership();
            world.send(mine(() -> {
                revoker.told(sentAt, membership.head(), membership.members());
                List<Member> silent = mistake == Mistake.SILENT_REPLICA_REMOVED_AT_ONCE
                        ? membership.members()
                        : reaper.silent(membership.members(), clock());
                for (Member member : silent) {
                    world.send(() -> remove(member));
                }
            }));
        });
        revoker.passed(mistake == Mistake.WAIT_SHORTER_THAN_THE_LEASE ? clock() + TERMS.waitNanos() * 3 / 4 : clock());
        world.after(5 + random.nextInt(60), mine(this::ask));
    }

    private void remove(Member member) {
        long[] row = database.rows.get(member.id());
        if (row != null && row[0] == member.beat()) {
            database.rows.remove(member.id());
        }
    }

    private void trouble() {
        switch (random.nextInt(6)) {
            case 0 -> {
                paused = true;
                world.after(random.nextInt(4_000), this::goOn);
            }
            case 3 -> {
                // The machine is stopped, and its monotonic clock with it.
                paused = true;
                long since = world.time();
                world.after(random.nextInt(4_000), () -> {
                    stopped += world.time() - since;
                    goOn();
                });
            }
            case 1 -> {
                up = false;
                id = "";
                begin();
                world.after(random.nextInt(1_000), this::start);
                return;
            }
            case 2 -> replica.reconnected();
            case 4 -> {
                leave();
                world.after(random.nextInt(1_000), this::start);
                return;
            }
            default -> {
                // A quiet while.
            }
        }
        world.after(500 + random.nextInt(3_000), mine(this::trouble));
    }

    /** In order: it answers nothing any more, then it says so, then it ends. */
    private void leave() {
        String self = id;
        replica.fenced();
        world.send(() -> {
            long[] row = database.rows.get(self);
            if (row != null) {
                row[1] = Member.LEFT;
            }
        });
        up = false;
        id = "";
        begin();
    }

    private void goOn() {
        paused = false;
        List<Runnable> late = List.copyOf(held);
        held.clear();
        late.forEach(Runnable::run);
    }

    /** The promise. A stopped process accepts nothing, and what it would accept when it goes on is looked at then. */
    void check() {
        if (up && !paused && replica.isHeld()) {
            for (int token : world.returned()) {
                if (cache.contains(token)) {
                    throw new AssertionError("replica " + number + " accepts token " + token + " at "
                            + world.time() / MILLI + " ms, after its revocation has returned");
                }
            }
        }
    }

    private static Change change(int token) {
        return new Change.OfConnection(new ConnectionId("c" + "0".repeat(22) + token));
    }

    private static int token(Change change) {
        return change instanceof Change.OfConnection(ConnectionId connection)
                ? Integer.parseInt(connection.value().substring(22))
                : -1;
    }
}
