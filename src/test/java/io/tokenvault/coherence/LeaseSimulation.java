package io.tokenvault.coherence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

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

    static final long MILLI = 1_000_000L;
    static final int TOKENS = 6;
    private static final int REPLICAS = 3;
    static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(2));

    final Random random;
    final Mistake mistake;
    final Database database = new Database();
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at));
    private final Set<Integer> returned = new HashSet<>();
    private long time;
    private int acknowledged;

    private record Event(long at, Runnable step) {}

    LeaseSimulation(long seed, Mistake mistake) {
        this.random = new Random(seed);
        this.mistake = mistake;
        for (int i = 0; i < REPLICAS; i++) {
            processes.add(new SimulatedProcess(this, i));
        }
    }

    /** Runs to the end; throws an {@link AssertionError} at the step that breaks the promise. */
    void run() {
        processes.forEach(SimulatedProcess::start);
        for (int token = 0; token < TOKENS; token++) {
            int target = token;
            after(500 + random.nextInt(5_000), () -> process().revoke(target));
        }
        while (!events.isEmpty() && time < 12_000 * MILLI) {
            Event event = events.remove();
            time = event.at();
            event.step().run();
            processes.forEach(SimulatedProcess::check);
        }
    }

    /** How many revocations returned because everybody had said so: a run in which none did shows little. */
    int acknowledged() {
        return acknowledged;
    }

    /** The true time, in nanoseconds. */
    long time() {
        return time;
    }

    /** Tokens of which somebody was told that nobody accepts them. */
    Set<Integer> returned() {
        return returned;
    }

    /** Somebody was told that nobody accepts this token. */
    void returned(int token, Revoker.Outcome outcome) {
        returned.add(token);
        if (outcome.how() == Effective.How.ACKNOWLEDGED) {
            acknowledged++;
        }
    }

    private SimulatedProcess process() {
        return processes.get(random.nextInt(processes.size()));
    }

    void after(long millis, Runnable step) {
        events.add(new Event(time + millis * MILLI + random.nextInt(1000), step));
    }

    /** A message on its way: mostly quick, now and then late; a lost one never comes. */
    void send(Runnable delivery) {
        int luck = random.nextInt(100);
        if (luck < 4) {
            return;
        }
        after(luck < 85 ? random.nextInt(5) : random.nextInt(3_000), delivery);
    }

    /** One serializable history; each call is one snapshot. */
    static final class Database {
        final List<Integer> log = new ArrayList<>();
        final Set<Integer> revoked = new HashSet<>();
        final Map<String, long[]> rows = new HashMap<>();

        LeaseRows.Membership membership() {
            return new LeaseRows.Membership(
                    log.size(),
                    rows.entrySet().stream()
                            .map(row -> new Member(row.getKey(), row.getValue()[0], row.getValue()[1]))
                            .toList(),
                    true);
        }
    }
}
