package io.tokenvault.validation;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * First and last uses of tokens, gathered in memory and written in batches every two seconds and at a clean stop. A
 * crash loses at most the uses of those two seconds.
 */
@Singleton
class TokenUses {
    private static final Logger LOG = Logger.getLogger(TokenUses.class);
    private static final int LARGEST_BATCH = 5_000;
    private static final String WRITE = """
            insert into token_usage (token_id, first_used_at, last_used_at) values (?, ?, ?)
            on conflict (token_id) do update
                set last_used_at = greatest(token_usage.last_used_at, excluded.last_used_at)
            """;

    /** The uses of one token since the last batch. Once taken out, it takes no more: nothing is lost between the two. */
    private static final class Use {
        private static final long TAKEN = Long.MIN_VALUE;

        private final long first;
        private final AtomicLong last;

        Use(long at) {
            first = at;
            last = new AtomicLong(at);
        }

        boolean add(long at) {
            long known = last.get();
            while (known != TAKEN && known < at) {
                if (last.compareAndSet(known, at)) {
                    return true;
                }
                known = last.get();
            }
            return known != TAKEN;
        }

        boolean take(long written) {
            return last.compareAndSet(written, TAKEN);
        }

        long last() {
            return last.get();
        }
    }

    private record Written(PackedId token, String id, Use use, long last) {}

    private final Map<PackedId, Use> pending = new ConcurrentHashMap<>();
    private final AgroalDataSource database;

    TokenUses(AgroalDataSource database) {
        this.database = database;
    }

    /** Remembers a use at {@code at}, in milliseconds of the epoch. */
    void record(PackedId token, long at) {
        Use use = pending.get(token);
        if (use == null || !use.add(at)) {
            pending.merge(token, new Use(at), (known, first) -> known.add(at) ? known : first);
        }
    }

    /** The last use that is not written yet, in milliseconds of the epoch; 0: there is none. */
    long lastUse(PackedId token) {
        @Nullable Use use = pending.get(token);
        return use == null ? 0 : Math.max(0, use.last());
    }

    @Scheduled(
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void write() {
        // In one order, so that two replicas that write the same tokens never wait for each other.
        List<Written> uses = pending.entrySet().stream()
                .map(use -> new Written(
                        use.getKey(),
                        use.getKey().toString(),
                        use.getValue(),
                        use.getValue().last()))
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
        for (int from = 0; from < uses.size(); from += LARGEST_BATCH) {
            if (!write(uses.subList(from, Math.min(uses.size(), from + LARGEST_BATCH)))) {
                return;
            }
        }
    }

    private boolean write(List<Written> batch) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WRITE)) {
            for (Written use : batch) {
                statement.setString(1, use.id());
                statement.setObject(2, time(use.use().first));
                statement.setObject(3, time(use.last()));
                statement.addBatch();
            }
            statement.executeBatch();
        } catch (SQLException failed) {
            LOG.warnf(
                    "uses of %d tokens are kept for the next attempt: SQL state %s",
                    batch.size(), failed.getSQLState());
            return false;
        }
        for (Written use : batch) {
            if (use.use().take(use.last())) { // only what did not change in the meantime
                pending.remove(use.token(), use.use());
            }
        }
        return true;
    }

    void stop(@Observes ShutdownEvent stopping) {
        write();
    }

    private static OffsetDateTime time(long millis) {
        return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    }
}
