package io.tokenvault.coherence;

import io.tokenvault.coherence.Effective.How;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Waits for changes to come into force everywhere: until every replica that may have missed one has said that it knows
 * it, is gone, or has no lease any more. A plain state machine; it is told what the database says. A wait needs nothing of
 * the database but time: when nobody can be asked, the leases run out.
 */
final class Revoker {
    private final LeaseTerms terms;
    private final List<Wait> waits = new ArrayList<>();

    Revoker(LeaseTerms terms) {
        this.terms = terms;
    }

    /** How a wait ended: by what, and how many replicas had to agree. */
    record Outcome(How how, int replicas) {}

    private static final class Wait {
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private final long begun;
        private final long number;
        private boolean asked;
        private boolean expired;
        private Set<String> members = Set.of();

        private Wait(long begun, long number) {
            this.begun = begun;
            this.number = number;
        }
    }

    /**
     * Begins to wait for all changes up to {@code number}.
     *
     * @param now on this process's monotonic clock, after they were committed
     */
    synchronized CompletableFuture<Outcome> await(long now, long number) {
        Wait wait = new Wait(now, number);
        waits.add(wait);
        return wait.outcome;
    }

    /**
     * What one snapshot said: the head of the log and who is a member. It says nothing to a wait for a later number: a
     * server that does not know of the change is not the one that committed it.
     *
     * @param sentAt before it was asked for: it says nothing to a wait that began later
     */
    synchronized void told(long sentAt, long head, List<Member> current) {
        Map<String, Long> acked = current.stream().collect(Collectors.toMap(Member::id, Member::acked));
        for (Iterator<Wait> each = waits.iterator(); each.hasNext(); ) {
            Wait wait = each.next();
            if (wait.begun - sentAt > 0 || head < wait.number) {
                continue;
            }
            if (!wait.asked) {
                wait.asked = true;
                wait.members = current.stream()
                        .filter(member -> !member.hasLeft())
                        .map(Member::id)
                        .collect(Collectors.toSet());
            }
            if (wait.members.stream().allMatch(id -> knows(acked, id, wait.number))) {
                each.remove();
                // Who is off the list has been silent for a lease: whoever leaves in order acknowledges before.
                wait.expired = !acked.keySet().containsAll(wait.members);
                wait.outcome.complete(new Outcome(how(wait), Math.max(1, wait.members.size())));
            }
        }
    }

    /** Ends the waits that have lasted as long as any lease can. */
    synchronized void passed(long now) {
        for (Iterator<Wait> each = waits.iterator(); each.hasNext(); ) {
            Wait wait = each.next();
            if (now - wait.begun >= terms.waitNanos()) {
                each.remove();
                wait.outcome.complete(new Outcome(How.LEASE_EXPIRED, Math.max(1, wait.members.size())));
            }
        }
    }

    private static How how(Wait wait) {
        if (wait.expired) {
            return How.LEASE_EXPIRED;
        }
        return wait.members.size() > 1 ? How.ACKNOWLEDGED : How.SINGLE_REPLICA;
    }

    synchronized boolean isIdle() {
        return waits.isEmpty();
    }

    private static boolean knows(Map<String, Long> acked, String id, long number) {
        Long known = acked.get(id);
        return known == null || known >= number;
    }
}
