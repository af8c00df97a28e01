package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.coherence.Effective.How;
import io.tokenvault.coherence.Revoker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When a wait ends, and when it does not. */
class RevokerTest {
    private static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(10));
    private static final long COMMITTED = 1_000;
    private static final long LATER = 2_000;

    private final Revoker revoker = new Revoker(TERMS);

    private static Member member(String id, long acked) {
        return new Member(id, 1, acked);
    }

    @Test
    void itEndsWhenEverybodyKnows() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);

        revoker.told(LATER, 5, List.of(member("a", 5), member("b", 4)));
        assertThat(wait).isNotDone();
        revoker.told(LATER, 5, List.of(member("a", 5), member("b", 5)));

        assertThat(wait).isCompletedWithValue(new Outcome(How.ACKNOWLEDGED, 2));
    }

    @Test
    void whatWasAskedBeforeTheCommitSaysNothing() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);

        revoker.told(COMMITTED - 1, 5, List.of(member("a", 5)));

        assertThat(wait).isNotDone();
    }

    @Test
    void aServerThatDoesNotKnowTheChangeSaysNothing() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);

        revoker.told(LATER, 4, List.of(member("a", 9)));

        assertThat(wait).isNotDone();
    }

    @Test
    void whoHasLeftInOrderIsNotWaitedFor() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);
        revoker.told(LATER, 5, List.of(member("a", 5), member("b", 4), member("c", Member.LEFT)));

        revoker.told(LATER, 5, List.of(member("a", 5), member("b", Member.LEFT), member("c", Member.LEFT)));

        assertThat(wait).isCompletedWithValue(new Outcome(How.ACKNOWLEDGED, 2));
    }

    @Test
    void whoIsGoneIsNotWaitedForAndWhoCameLaterNeither() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);
        revoker.told(LATER, 5, List.of(member("a", 5), member("b", 4)));

        revoker.told(LATER, 6, List.of(member("a", 5), member("c", 0)));

        assertThat(wait).isCompletedWithValue(new Outcome(How.LEASE_EXPIRED, 2));
    }

    @Test
    void oneReplicaAgreesWithItself() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);

        revoker.told(LATER, 5, List.of(member("a", 5)));

        assertThat(wait).isCompletedWithValue(new Outcome(How.SINGLE_REPLICA, 1));
    }

    @Test
    void withoutAnyAnswerItEndsWithTheLastLease() {
        CompletableFuture<Outcome> wait = revoker.await(COMMITTED, 5);

        revoker.passed(COMMITTED + TERMS.waitNanos() - 1);
        assertThat(wait).isNotDone();
        revoker.passed(COMMITTED + TERMS.waitNanos());

        assertThat(wait).isCompletedWithValue(new Outcome(How.LEASE_EXPIRED, 1));
        assertThat(revoker.isIdle()).isTrue();
    }
}
