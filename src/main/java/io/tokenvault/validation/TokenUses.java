package io.tokenvault.validation;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * First and last uses of tokens, gathered in memory and written in batches every two seconds and at a clean stop. A
 * crash loses at most the uses of those two seconds.
 */
@ApplicationScoped
class TokenUses {
    private static final Logger LOG = Logger.getLogger(TokenUses.class);
    private static final String WRITE = """
            insert into token_usage (token_id, first_used_at, last_used_at) values (?, ?, ?)
            on conflict (token_id) do update
                set last_used_at = greatest(token_usage.last_used_at, excluded.last_used_at)
            """;

    private record Use(Instant first, Instant last) {}

    private final Map<TokenId, Use> pending = new ConcurrentHashMap<>();
    private final AgroalDataSource database;

    TokenUses(AgroalDataSource database) {
        this.database = database;
    }

    void record(TokenId token, Instant at) {
        pending.merge(token, new Use(at, at), (known, use) -> new Use(known.first(), use.last()));
    }

    /** The later of {@code known} and what is not written yet. */
    Instant lastUse(TokenId token, Instant known) {
        @Nullable Use use = pending.get(token);
        return use == null || use.last().isBefore(known) ? known : use.last();
    }

    @Scheduled(
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void write() {
        if (pending.isEmpty()) {
            return;
        }
        Map<TokenId, Use> batch = Map.copyOf(pending);
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WRITE)) {
            // In one order, so that two replicas that write the same tokens never wait for each other.
            for (Map.Entry<TokenId, Use> use : batch.entrySet().stream()
                    .sorted((a, b) -> a.getKey().value().compareTo(b.getKey().value()))
                    .toList()) {
                statement.setString(1, use.getKey().value());
                statement.setObject(2, time(use.getValue().first()));
                statement.setObject(3, time(use.getValue().last()));
                statement.addBatch();
            }
            statement.executeBatch();
            batch.forEach(pending::remove); // only what did not change in the meantime
        } catch (SQLException failed) {
            LOG.warnf(
                    "uses of %d tokens are kept for the next attempt: SQL state %s",
                    batch.size(), failed.getSQLState());
        }
    }

    void stop(@Observes ShutdownEvent stopping) {
        write();
    }

    private static OffsetDateTime time(Instant at) {
        return at.truncatedTo(java.time.temporal.ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
    }
}
