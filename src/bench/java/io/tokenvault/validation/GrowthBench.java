package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenvault.coherence.ReplicaLease;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import io.tokenvault.token.TokenState;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What a known token costs in memory, and finding it and judging its life in time, while their number grows. */
class GrowthBench {
    private static final int LOOKS = 2_000_000;
    private static final Terms TERMS = new Terms(
            "netsuite",
            new EnvironmentName("production"),
            Operating.ACTIVE,
            List.of("vendors:read"),
            List.of(),
            null,
            null);

    private static final ReplicaLease HELD = new ReplicaLease() {
        @Override
        public boolean isHeld() {
            return true;
        }

        @Override
        public synchronized boolean keep(long head, Runnable insert) {
            insert.run();
            return true;
        }

        @Override
        public long applied() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    };

    @Test
    void aMillionTokens() throws Exception {
        StringBuilder table = new StringBuilder(
                "\n| known tokens | bytes each | CPU ns to find and judge one |\n| --- | --- | --- |\n");
        measure(10_000);
        for (int count : new int[] {10_000, 100_000, 1_000_000}) {
            table.append(measure(count));
        }
        Files.writeString(Path.of("target/bench.md"), table, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String measure(int count) throws Exception {
        Random random = new Random(count);
        PackedId[] ids = new PackedId[count];
        for (int i = 0; i < count; i++) {
            ids[i] = new PackedId((long) letters(random) << Integer.SIZE | letters(random), letters(random));
        }
        long before = used();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            KnownTokens tokens = new KnownTokens(
                    id -> new TokenRecords.Read(Optional.of(record(id, random)), 0),
                    HELD,
                    new UnknownBudget(),
                    new SimpleMeterRegistry(),
                    threads);
            for (PackedId id : ids) {
                CompletableFuture<?> read = tokens.read(id, "bench").toCompletableFuture();
                read.join();
            }
            long bytes = (used() - before) / count;
            look(tokens, ids, random);
            long started = cpuNanos();
            int live = look(tokens, ids, random);
            long nanos = (cpuNanos() - started) / LOOKS;
            assertThat(live).isEqualTo(LOOKS);
            return "| %,d | %d | %d |%n".formatted(count, bytes, nanos);
        }
    }

    private static int look(KnownTokens tokens, PackedId[] ids, Random random) {
        int live = 0;
        for (int i = 0; i < LOOKS; i++) {
            KnownTokens.Known known = tokens.find(ids[random.nextInt(ids.length)]);
            boolean lives = known != null
                    && known.token()
                            .filter(token -> token.life().endAt(Instant.EPOCH).isEmpty())
                            .isPresent();
            live += lives ? 1 : 0;
        }
        return live;
    }

    private static TokenRecord record(TokenId id, Random random) {
        StringBuilder connection = new StringBuilder("c");
        for (int i = 0; i < 23; i++) {
            connection.append((char) ('a' + random.nextInt(26)));
        }
        return new TokenRecord(
                id,
                new ConnectionId(connection.toString()),
                "acme",
                new byte[37],
                Instant.EPOCH,
                new TokenLife(TokenState.CURRENT, null, null, null, Instant.EPOCH, null),
                TERMS);
    }

    private static int letters(Random random) {
        int packed = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            packed = packed << Byte.SIZE | 'a' + random.nextInt(26);
        }
        return packed;
    }

    /** Of this thread, which does all of the work: what else the machine does costs nothing here. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
