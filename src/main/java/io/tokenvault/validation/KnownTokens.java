package io.tokenvault.validation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.coherence.Change;
import io.tokenvault.coherence.ReplicaCache;
import io.tokenvault.coherence.ReplicaLease;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that this replica knows, and how it gets to know others: as many as fit into a third of the heap. What is
 * here may be answered from while the lease is held.
 */
@ApplicationScoped
class KnownTokens implements ReplicaCache {
    /** What one token takes at most, with its place in the cache. */
    private static final int BYTES_OF_ONE = 400;

    private static final int SHARE_OF_HEAP = 3;
    private static final int SLOTS = 1 << 16;
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);
    private static final int MOST_UNKNOWN = 100_000;
    /** With the wait for a turn. */
    private static final Duration LONGEST_READ = Duration.ofSeconds(4);

    /**
     * What the primary said of a token id.
     *
     * @param token empty: there was no such token
     * @param readAt not before this time, in milliseconds of the epoch
     * @param order how many changes this replica had applied
     */
    record Known(Optional<TokenRecord> token, long readAt, long order) {}

    private record Answer(Known known, boolean kept) {}

    private final Cache<PackedId, Known> tokens = Caffeine.newBuilder()
            .maximumSize(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / BYTES_OF_ONE)
            .executor(
                    Runnable::run) // handing the little that there is to do to another thread costs more than doing it
            .build();
    private final Cache<PackedId, Known> strangers = Caffeine.newBuilder()
            .maximumSize(MOST_UNKNOWN)
            .expireAfterWrite(UNKNOWN_FOR)
            .build();
    private final Map<PackedId, CompletableFuture<Answer>> reads = new ConcurrentHashMap<>();

    /**
     * The last change of any connection with this hash. A token whose place shares its slot with a changed one is read
     * again, which costs less than an index from connections to tokens.
     */
    private final AtomicLongArray changes = new AtomicLongArray(SLOTS);

    private volatile long changeOfEverything;
    private volatile long order;

    private final TokenRecords records;
    private final ReplicaLease lease;
    private final UnknownBudget budget;
    private final ReadLane lane;
    private final ReadLane narrowLane;
    private final Counter misses;

    KnownTokens(
            TokenRecords records,
            ReplicaLease lease,
            UnknownBudget budget,
            MeterRegistry meters,
            @VirtualThreads ExecutorService virtualThreads) {
        this.records = records;
        this.lease = lease;
        this.budget = budget;
        this.lane = new ReadLane(virtualThreads, 8, 2_000);
        this.narrowLane = new ReadLane(virtualThreads, 2, 64);
        this.misses = Counter.builder("token_vault.validation.misses")
                .description("Reads of the database for tokens that this replica did not know")
                .register(meters);
        meters.gauge("token_vault.validation.known_tokens", tokens, Cache::estimatedSize);
    }

    /** What this replica knows of the id; to be used while the lease is held only. */
    @Nullable
    Known find(PackedId id) {
        Known known = tokens.getIfPresent(id);
        if (known == null) {
            return strangers.getIfPresent(id);
        }
        if (isCurrent(known)) {
            return known;
        }
        tokens.invalidate(id);
        return null;
    }

    private boolean isCurrent(Known known) {
        return known.order() >= changeOfEverything
                && known.token()
                        .filter(token -> known.order() < changes.get(slot(token.connectionHash())))
                        .isEmpty();
    }

    /**
     * Asks the primary, once for all who ask at the same time. Fails with {@link RecordsUnavailableException}, and with
     * {@link TooManyUnknownException} when too much that nobody issued came from there.
     *
     * @param origin the address that the token came from, or the name of who asks
     */
    CompletionStage<Known> read(PackedId id, Object origin) {
        CompletableFuture<Answer> own = new CompletableFuture<>();
        CompletableFuture<Answer> running = reads.putIfAbsent(id, own);
        if (running != null) {
            // The statement may have been under way before this request began. Only if what it gave was fit to be kept
            // does it miss no change that was in force by then.
            return running.thenCompose(
                    answer -> answer.kept() ? CompletableFuture.completedStage(answer.known()) : read(id, origin));
        }
        boolean suspect = budget.isSpent(origin);
        if (!(suspect ? narrowLane : lane).execute(() -> ask(id, origin, own))) {
            reads.remove(id, own);
            own.completeExceptionally(suspect ? new TooManyUnknownException() : new RecordsUnavailableException());
        }
        return own.thenApply(Answer::known)
                .orTimeout(LONGEST_READ.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(
                        failure instanceof TimeoutException ? new RecordsUnavailableException() : failure));
    }

    private void ask(PackedId id, Object origin, CompletableFuture<Answer> own) {
        try {
            misses.increment();
            Instant before = lease.now();
            long applied = lease.applied();
            TokenRecords.Read read = records.find(id.unpack());
            if (read.head() < applied) {
                throw new RecordsUnavailableException(); // whoever answered is not the primary any more
            }
            if (read.token().isEmpty()) {
                budget.spend(origin);
            }
            Known known = new Known(read.token(), before.toEpochMilli(), order);
            boolean kept = lease.keep(read.head(), () -> insert(id, known));
            reads.remove(id, own);
            own.complete(new Answer(known, kept));
        } catch (RuntimeException noAnswer) {
            reads.remove(id, own);
            own.completeExceptionally(noAnswer);
        }
    }

    private void insert(PackedId id, Known known) {
        Known now = new Known(known.token(), known.readAt(), order);
        (known.token().isPresent() ? tokens : strangers).put(id, now);
    }

    @Override
    public void forget(Change change) {
        long next = order + 1;
        switch (change) {
            case Change.OfConnection(var connection) -> changes.set(slot(TokenRecord.hash(connection)), next);
            case Change.OfEnvironment _ -> changeOfEverything = next;
            case Change.OfOperator _ -> {}
        }
        order = next;
    }

    @Override
    public void forgetEverything() {
        changeOfEverything = order + 1;
        order++;
        tokens.invalidateAll();
        strangers.invalidateAll();
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 16) & (SLOTS - 1);
    }
}
