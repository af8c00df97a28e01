package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenvault.coherence.Change;
import io.tokenvault.coherence.ReplicaLease;
import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import io.tokenvault.token.TokenState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a replica keeps of the primary, and when it must not use it. */
class KnownTokensTest {
    private static final TokenId ID = new TokenId("0123456789AB");
    private static final ConnectionId CONNECTION = new ConnectionId("c00000000000000000000000");
    private static final ConnectionId OTHER = new ConnectionId("c11111111111111111111111");
    private static final Terms TERMS = new Terms(
            "netsuite",
            new EnvironmentName("production"),
            ConnectionStatus.Operating.ACTIVE,
            List.of("vendors:read"),
            List.of(),
            null,
            null);

    private final Primary primary = new Primary();
    private final Log log = new Log();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final KnownTokens tokens =
            new KnownTokens(primary, log, new UnknownBudget(), new SimpleMeterRegistry(), threads);

    /** A primary that says one thing, and can be held up. */
    private static final class Primary implements TokenRecords {
        private final AtomicInteger reads = new AtomicInteger();
        private volatile CountDownLatch begun = new CountDownLatch(1);
        private volatile CountDownLatch goOn = new CountDownLatch(0);
        private volatile Optional<TokenRecord> answer = Optional.of(record(ID, CONNECTION));
        private volatile long head;

        @Override
        public Read find(TokenId id) {
            Read read = new Read(answer, head);
            reads.incrementAndGet();
            CountDownLatch wait = goOn;
            begun.countDown();
            try {
                wait.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            return read;
        }
    }

    /** A lease that is held, and a log as far as it was applied. */
    private static final class Log implements ReplicaLease {
        private volatile long applied;

        @Override
        public boolean isHeld() {
            return true;
        }

        @Override
        public synchronized boolean keep(long head, Runnable insert) {
            if (head < applied) {
                return false;
            }
            insert.run();
            return true;
        }

        @Override
        public long applied() {
            return applied;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static TokenRecord record(TokenId id, ConnectionId connection) {
        return new TokenRecord(
                id,
                connection,
                "acme",
                new byte[37],
                Instant.EPOCH,
                new TokenLife(TokenState.CURRENT, null, null, null, Instant.EPOCH, null),
                TERMS);
    }

    private Optional<KnownTokens.Known> known() {
        return Optional.ofNullable(tokens.find(PackedId.of(ID)));
    }

    private KnownTokens.Known read() throws Exception {
        return tokens.read(PackedId.of(ID), "test").toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void whatWasReadIsKnown() throws Exception {
        read();

        assertThat(known().flatMap(KnownTokens.Known::token).map(TokenRecord::connection))
                .contains(CONNECTION);
    }

    @Test
    void aChangeOfItsConnectionMakesATokenUnknownAndThatOfAnotherDoesNot() throws Exception {
        read();

        tokens.forget(new Change.OfConnection(OTHER));
        assertThat(known()).isPresent();
        tokens.forget(new Change.OfConnection(CONNECTION));
        assertThat(known()).isEmpty();
    }

    @Test
    void aChangeOfTheEnvironmentAndALostPlaceInTheLogMakeEverythingUnknown() throws Exception {
        read();
        tokens.forget(new Change.OfEnvironment(new EnvironmentName("production")));
        assertThat(known()).isEmpty();

        read();
        tokens.forgetEverything();
        assertThat(known()).isEmpty();
    }

    @Test
    void whatIsReadAgainAfterAChangeIsKnownAgain() throws Exception {
        tokens.forget(new Change.OfConnection(CONNECTION));

        read();

        assertThat(known()).isPresent();
    }

    @Test
    void thatThereIsNoSuchTokenIsKnownToo() throws Exception {
        primary.answer = Optional.empty();

        read();

        assertThat(known().map(KnownTokens.Known::token)).contains(Optional.empty());
    }

    @Test
    void manyWhoAskAtTheSameTimeAskOnce() throws Exception {
        primary.goOn = new CountDownLatch(1);
        CompletableFuture<?>[] asked = new CompletableFuture<?>[100];
        for (int i = 0; i < asked.length; i++) {
            asked[i] = tokens.read(PackedId.of(ID), "test").toCompletableFuture();
        }

        primary.goOn.countDown();
        CompletableFuture.allOf(asked).get(10, TimeUnit.SECONDS);

        assertThat(primary.reads).hasValue(1);
    }

    /** A cut-off server that went on answering after another was promoted, and after a revocation returned. */
    @Test
    void aServerThatKnowsLessThanThisReplicaSaysNothing() {
        log.applied = 2;
        primary.head = 1;

        assertThatThrownBy(this::read).hasCauseInstanceOf(RecordsUnavailableException.class);
    }

    /**
     * A statement began, the token was revoked, the revocation returned, and then somebody else asked: the answer of that
     * statement is not for them.
     */
    @Test
    void whoAsksAfterAChangeGetsNothingThatWasReadBefore() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        primary.goOn = goOn;
        CompletableFuture<KnownTokens.Known> early =
                tokens.read(PackedId.of(ID), "test").toCompletableFuture();
        primary.begun.await();
        log.applied = 1;
        tokens.forget(new Change.OfConnection(CONNECTION));
        primary.answer = Optional.empty();
        primary.head = 1;
        primary.goOn = new CountDownLatch(0);

        CompletableFuture<KnownTokens.Known> late =
                tokens.read(PackedId.of(ID), "test").toCompletableFuture();
        goOn.countDown();

        assertThat(early.get(10, TimeUnit.SECONDS).token()).isPresent();
        assertThat(late.get(10, TimeUnit.SECONDS).token()).isEmpty();
        assertThat(known().map(KnownTokens.Known::token)).contains(Optional.empty());
    }

    @Test
    void aFailureIsToldToAllAndNotKept() throws Exception {
        KnownTokens failing = new KnownTokens(
                _ -> {
                    throw new RecordsUnavailableException();
                },
                log,
                new UnknownBudget(),
                new SimpleMeterRegistry(),
                threads);

        CompletableFuture<?> asked = failing.read(PackedId.of(ID), "test").toCompletableFuture();

        assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(RecordsUnavailableException.class);
        assertThat(failing.find(PackedId.of(ID))).isNull();
    }

    /** A million of them are to fit into 400 MB; the connections of all have names of their own. */
    @Test
    void aTokenTakesNoMoreThanFourHundredBytes() throws Exception {
        int count = 100_000;
        Random random = new Random(7);
        KnownTokens many = new KnownTokens(
                id -> new TokenRecords.Read(Optional.of(record(id, connection(random))), 0),
                log,
                new UnknownBudget(),
                new SimpleMeterRegistry(),
                threads);
        // What is made once for all of them is there before the first measurement.
        fill(many, random, 1_000);
        long before = used();

        fill(many, random, count);

        long each = (used() - before) / count;
        assertThat(each).isBetween(150L, 400L);
        assertThat(many.find(PackedId.of(ID))).isNull();
    }

    private static void fill(KnownTokens tokens, Random random, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            PackedId id = new PackedId((long) letters(random) << Integer.SIZE | letters(random), letters(random));
            tokens.read(id, "test").toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static int letters(Random random) {
        int packed = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            packed = packed << Byte.SIZE | 'a' + random.nextInt(26);
        }
        return packed;
    }

    private static ConnectionId connection(Random random) {
        StringBuilder text = new StringBuilder("c");
        for (int i = 0; i < 23; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return new ConnectionId(text.toString());
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
