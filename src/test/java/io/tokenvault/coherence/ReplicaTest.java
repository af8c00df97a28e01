package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.coherence.Replica.Moment;
import io.tokenvault.coherence.Replica.Numbered;
import io.tokenvault.coherence.Replica.Poll;
import io.tokenvault.token.ConnectionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What one replica may answer from, step by step. */
class ReplicaTest {
    private static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(10));
    private static final Instant DATABASE_TIME = Instant.parse("2026-01-01T00:00:00Z");
    private static final ConnectionId CONNECTION = new ConnectionId("c00000000000000000000000");
    private static final ConnectionId OTHER = new ConnectionId("c11111111111111111111111");

    private long nanos;
    private long wall;
    private final Kept kept = new Kept();
    private final Replica replica = new Replica(TERMS, () -> nanos, () -> wall, List.of(kept));

    private static final class Kept implements ReplicaCache {
        private final Set<ConnectionId> connections = new HashSet<>();

        @Override
        public void forget(Change change) {
            if (change instanceof Change.OfConnection(var connection)) {
                connections.remove(connection);
            }
        }

        @Override
        public void forgetEverything() {
            connections.clear();
        }
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wall += time.toMillis();
    }

    private void polled(long head, Numbered... changes) {
        replica.polled(replica.moment(), new Poll(head, List.of(changes), DATABASE_TIME));
    }

    private static Numbered change(long number, ConnectionId connection) {
        return new Numbered(number, new Change.OfConnection(connection));
    }

    private boolean keep(long head, ConnectionId connection) {
        return replica.keep(head, () -> kept.connections.add(connection));
    }

    @Test
    void theLeaseCountsFromBeforeThePoll() {
        Moment sent = replica.moment();
        pass(Duration.ofSeconds(6));
        replica.polled(sent, new Poll(0, List.of(), DATABASE_TIME));

        pass(Duration.ofSeconds(3));
        assertThat(replica.isHeld()).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(replica.isHeld()).isFalse();
    }

    @Test
    void aMachineThatWasStoppedHasNoLeaseUntilItPollsAgain() {
        polled(0);

        wall += 200;

        assertThat(replica.isHeld()).isFalse();
        polled(0);
        assertThat(replica.isHeld()).isTrue();
    }

    @Test
    void aMachineThatWasStoppedWhileItsPollWasUnderWayHasNone() {
        Moment sent = replica.moment();
        wall += 20_000;

        replica.polled(sent, new Poll(0, List.of(), DATABASE_TIME));

        assertThat(replica.isHeld()).isFalse();
    }

    @Test
    void aWallClockThatIsSetBackEndsNothing() {
        polled(0);

        wall -= 3_600_000;

        assertThat(replica.isHeld()).isTrue();
    }

    @Test
    void aReadThatARevocationOvertookIsNotKept() {
        polled(0);
        long headOfTheRead = 0;

        polled(1, change(1, CONNECTION));

        assertThat(keep(headOfTheRead, CONNECTION)).isFalse();
        assertThat(kept.connections).isEmpty();
    }

    @Test
    void aReadThatIsAheadOfTheLogIsKeptUntilItsChangeIsApplied() {
        polled(0);
        assertThat(keep(1, CONNECTION)).isTrue();

        polled(1, change(1, CONNECTION));

        assertThat(kept.connections).isEmpty();
    }

    @Test
    void nothingIsKeptBeforeTheFirstPoll() {
        assertThat(keep(5, CONNECTION)).isFalse();
    }

    @Test
    void aChangeLeavesTheOthersAlone() {
        polled(0);
        keep(0, CONNECTION);
        keep(0, OTHER);

        polled(1, change(1, CONNECTION));

        assertThat(kept.connections).containsExactly(OTHER);
    }

    @Test
    void aLogThatWentBackIsAnotherHistory() {
        polled(7);
        keep(7, CONNECTION);

        polled(6);

        assertThat(kept.connections).isEmpty();
        assertThat(replica.applied()).isEqualTo(6);
    }

    @Test
    void entriesThatAreNoLongerInTheLogCostEverything() {
        polled(1);
        keep(1, CONNECTION);

        polled(9, change(8, OTHER), change(9, OTHER));

        assertThat(kept.connections).isEmpty();
    }

    @Test
    void anotherConnectionMayBeAnotherServer() {
        polled(3);
        keep(3, CONNECTION);

        replica.reconnected();

        assertThat(keep(3, OTHER)).isFalse();
        polled(3);
        assertThat(kept.connections).isEmpty();
    }

    @Test
    void whoWasTakenForDeadHasNothing() {
        polled(3);
        keep(3, CONNECTION);

        replica.fenced();

        assertThat(replica.isHeld()).isFalse();
        assertThat(kept.connections).isEmpty();
    }

    @Test
    void timeIsTheDatabasesCountedOnByTheMonotonicClock() {
        Moment sent = replica.moment();
        pass(Duration.ofMillis(20));
        replica.polled(sent, new Poll(0, List.of(), DATABASE_TIME));

        pass(Duration.ofSeconds(1));
        wall += 30;

        assertThat(replica.now()).isEqualTo(DATABASE_TIME.plusMillis(1_010));
    }

    /** The same race with real threads: readers that were held up fill the cache while the revocation is applied. */
    @Test
    void fillsAndRevocationsThatRunTogetherLeaveNothingBehind() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            Set<ConnectionId> cache = new HashSet<>();
            Replica racing =
                    new Replica(TERMS, System::nanoTime, System::currentTimeMillis, List.of(new ReplicaCache() {
                        @Override
                        public void forget(Change change) {
                            cache.remove(CONNECTION);
                        }

                        @Override
                        public void forgetEverything() {
                            cache.clear();
                        }
                    }));
            racing.polled(racing.moment(), new Poll(0, List.of(), DATABASE_TIME));
            CountDownLatch go = new CountDownLatch(1);
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Runnable> steps = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    steps.add(() -> racing.keep(0, () -> cache.add(CONNECTION)));
                }
                steps.add(() ->
                        racing.polled(racing.moment(), new Poll(1, List.of(change(1, CONNECTION)), DATABASE_TIME)));
                steps.forEach(step -> threads.execute(() -> {
                    await(go);
                    step.run();
                }));
                go.countDown();
                threads.shutdown();
                assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }

            assertThat(cache).isEmpty();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
