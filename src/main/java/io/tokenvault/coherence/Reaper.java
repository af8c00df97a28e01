package io.tokenvault.coherence;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells which replicas are gone for good: those whose beat has stood still for as long as a lease can last, by our own
 * monotonic clock. A plain state machine.
 */
final class Reaper {
    private final LeaseTerms terms;
    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(long beat, long since) {}

    Reaper(LeaseTerms terms) {
        this.terms = terms;
    }

    /**
     * The members that may be removed, each only as long as its beat is still the same.
     *
     * @param now when the answer was there
     */
    List<Member> silent(List<Member> members, long now) {
        seen.keySet().retainAll(members.stream().map(Member::id).toList());
        return members.stream().filter(member -> isSilent(member, now)).toList();
    }

    private boolean isSilent(Member member, long now) {
        Seen known = seen.merge(
                member.id(), new Seen(member.beat(), now), (old, fresh) -> old.beat() == fresh.beat() ? old : fresh);
        return known != null && now - known.since() >= terms.waitNanos();
    }
}
