package io.tokenvault.coherence;

import io.tokenvault.coherence.Replica.Numbered;
import io.tokenvault.token.ConnectionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Runs replicas, revokers and a reaper on one simulated database and many clocks, in an order that a seed chooses: messages
 * are late or lost, processes stop and go on, die and come again, their clocks drift. After each step it holds every
 * replica to the promise: none would accept a token whose revocation has returned.
 */
final class LeaseSimulation {
    /** What somebody could get wrong; the simulation has to find each of them. */
    enum Mistake {
        NONE,
        FILL_WITHOUT_LOOKING_AT_THE_HEAD,
        LEASE_COUNTED_FROM_THE_ANSWER,
        MEMBERS_READ_BEFORE_THE_COMMIT,
        SILENT_REPLICA_REMOVED_AT_ONCE,
        WAIT_SHORTER_THAN_THE_LEASE,
        STOPPED_MACHINE_NOT_NOTICED
    }

    private static final long MILLI = 1_000_000L;
    private static final int TOKENS = 6;
    private static final int REPLICAS = 3;
    private static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(2));

    private final Random random;
    private final Mistake mistake;
    private final Database database = new Database();
    private final List<Process> processes = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at));
    private final Set<Integer> returned = new HashSet<>();
    private long time;
    private int acknowledged;

    private record Event(long at, Runnable step) {}

    LeaseSimulation(long seed, Mistake mistake) {
        this.random = new Random(seed);
        this.mistake = mistake;
        for (int i = 0; i < REPLICAS; i++) {
            processes.add(new Process(i));
        }
    }

    /** Runs to the end; throws an {@link AssertionError} at the step that breaks the promise. */
    void run() {
        processes.forEach(Process::start);
        for (int token = 0; token < TOKENS; token++) {
            int target = token;
            after(500 + random.nextInt(5_000), () -> process().revoke(target));
        }
        while (!events.isEmpty() && time < 12_000 * MILLI) {
            Event event = events.remove();
            time = event.at();
            event.step().run();
            processes.forEach(Process::check);
        }
    }

    /** How many revocations returned because everybody had said so: a run in which none did shows little. */
    int acknowledged() {
        return acknowledged;
    }

    private Process process() {
        return processes.get(random.nextInt(processes.size()));
    }

    private void after(long millis, Runnable step) {
        events.add(new Event(time + millis * MILLI + random.nextInt(1000), step));
    }

    /** A message on its way: mostly quick, now and then late; a lost one never comes. */
    private void send(Runnable delivery) {
        int luck = random.nextInt(100);
        if (luck < 4) {
            return;
        }
        after(luck < 85 ? random.nextInt(5) : random.nextInt(3_000), delivery);
    }

    /** One serializable history; each call is one snapshot. */
    private static final class Database {
        private final List<Integer> log = new ArrayList<>();
        private final Set<Integer> revoked = new HashSet<>();
        private final Map<String, long[]> rows = new HashMap<>();

        LeaseRows.Membership membership() {
            return new LeaseRows.Membership(
                    log.size(),
                    rows.entrySet().stream()
                            .map(row -> new Member(row.getKey(), row.getValue()[0], row.getValue()[1]))
                            .toList(),
                    true);
        }
    }

    /** One process: a replica with its cache, a revoker and a reaper, on a clock of its own. */
    private final class Process {
        private final int number;
        private final double rate = 1 + (random.nextDouble() - 0.5) * 2 * LeaseTerms.DRIFT * 0.5;
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

        Process(int number) {
            this.number = number;
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
            return (long) ((time - stopped) * rate) + 7 * MILLI * number * wait;
        }

        private long wall() {
            return (mistake == Mistake.STOPPED_MACHINE_NOT_NOTICED ? clock() : time) / MILLI;
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
            send(() -> {
                database.rows.put(chosen, new long[] {0, 0});
                send(mine(() -> id = chosen));
            });
            after(50, mine(this::tick));
            after(100 + random.nextInt(200), mine(this::ask));
            after(300 + random.nextInt(4_000), mine(this::trouble));
        }

        private void tick() {
            if (!id.isEmpty()) {
                poll();
                fill(random.nextInt(TOKENS));
            }
            after(100 + random.nextInt(300), mine(this::tick));
        }

        private void poll() {
            Replica.Moment sent = replica.moment();
            long applied = replica.applied();
            String self = id;
            send(() -> {
                long[] row = database.rows.get(self);
                if (row == null) {
                    send(mine(this::fenced));
                    return;
                }
                row[0]++;
                List<Numbered> changes = new ArrayList<>();
                for (int i = (int) Math.min(applied, database.log.size()); i < database.log.size(); i++) {
                    changes.add(new Numbered(i + 1, change(database.log.get(i))));
                }
                Replica.Poll poll = new Replica.Poll(database.log.size(), changes, Instant.EPOCH.plusSeconds(1));
                send(mine(() -> polled(self, applied, sent, poll)));
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
            send(() -> {
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
            send(() -> {
                boolean live = !database.revoked.contains(token);
                long head = database.log.size();
                send(mine(() -> {
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
                after(random.nextInt(600), mine(() -> {
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
            outcome.thenAccept(how -> {
                returned.add(token);
                if (how.how() == Effective.How.ACKNOWLEDGED) {
                    acknowledged++;
                }
            });
        }

        private void ask() {
            long sentAt = clock();
            send(() -> {
                LeaseRows.Membership membership = database.membership();
                send(mine(() -> {
                    revoker.told(sentAt, membership.head(), membership.members());
                    List<Member> silent = mistake == Mistake.SILENT_REPLICA_REMOVED_AT_ONCE
                            ? membership.members()
                            : reaper.silent(membership.members(), clock());
                    for (Member member : silent) {
                        send(() -> remove(member));
                    }
                }));
            });
            revoker.passed(
                    mistake == Mistake.WAIT_SHORTER_THAN_THE_LEASE ? clock() + TERMS.waitNanos() * 3 / 4 : clock());
            after(5 + random.nextInt(60), mine(this::ask));
        }

        private void remove(Member member) {
            long[] row = database.rows.get(member.id());
            if (row != null && row[0] == member.beat()) {
                database.rows.remove(member.id());
            }
        }

        private void trouble() {
            switch (random.nextInt(5)) {
                case 0 -> {
                    paused = true;
                    after(random.nextInt(4_000), this::goOn);
                }
                case 3 -> {
                    // The machine is stopped, and its monotonic clock with it.
                    paused = true;
                    long since = time;
                    after(random.nextInt(4_000), () -> {
                        stopped += time - since;
                        goOn();
                    });
                }
                case 1 -> {
                    up = false;
                    id = "";
                    begin();
                    after(random.nextInt(1_000), this::start);
                    return;
                }
                case 2 -> replica.reconnected();
                default -> {
                    // A quiet while.
                }
            }
            after(500 + random.nextInt(3_000), mine(this::trouble));
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
                for (int token : returned) {
                    if (cache.contains(token)) {
                        throw new AssertionError("replica " + number + " accepts token " + token + " at " + time / MILLI
                                + " ms, after its revocation has returned");
                    }
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
