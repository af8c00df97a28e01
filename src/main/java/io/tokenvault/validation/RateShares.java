package io.tokenvault.validation;

import io.agroal.api.AgroalDataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Divides the limits of tokens between the replicas, once a second and by what each of them was asked for. While the
 * database is away every replica goes on with the share that it has.
 */
@Singleton
class RateShares {
    private static final Logger LOG = Logger.getLogger(RateShares.class);
    /** Wanted uses are averaged over a few seconds, in thousandths. */
    private static final long SCALE = 1_000;

    private static final String REPLICAS =
            "select greatest(1, count(*)) from replica_lease where acked < " + Long.MAX_VALUE;
    private static final String REPORT = """
            insert into rate_demand (token_id, replica_id, wanted, reported_at)
            select token_id, ?, wanted, clock_timestamp() from unnest(?::text[], ?::bigint[]) as mine (token_id, wanted)
            order by token_id
            on conflict (token_id, replica_id) do update
                set wanted = (rate_demand.wanted + excluded.wanted) / 2, reported_at = excluded.reported_at
            returning token_id, wanted
            """;
    private static final String OTHERS = """
            select token_id, sum(wanted) from rate_demand
            where token_id = any (?) and replica_id <> ? and reported_at > clock_timestamp() - interval '5 seconds'
            group by token_id
            """;
    private static final String CLEAN =
            "delete from rate_demand where reported_at < clock_timestamp() - interval '1 minute'";

    private final String replica = UUID.randomUUID().toString();
    private final AgroalDataSource database;
    private final RateLimits limits;

    RateShares(AgroalDataSource database, RateLimits limits) {
        this.database = database;
        this.limits = limits;
    }

    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void divide() {
        List<LimitedToken> wanted = new ArrayList<>();
        List<LimitedToken> idle = new ArrayList<>();
        limits.all().forEach(token -> (token.isWanted() ? wanted : idle).add(token));
        try (Connection connection = database.getConnection()) {
            int replicas = (int) number(connection, REPLICAS);
            limits.divideBetween(replicas);
            idle.forEach(token -> token.shareEqually(replicas));
            if (!wanted.isEmpty()) {
                divide(connection, wanted, replicas);
            }
        } catch (SQLException failed) {
            LOG.debugf("shares of limits stay as they are: SQL state %s", failed.getSQLState());
        }
    }

    private void divide(Connection connection, List<LimitedToken> tokens, int replicas) throws SQLException {
        String[] ids = new String[tokens.size()];
        Long[] wanted = new Long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tokens.get(i).id().toString();
            wanted[i] = tokens.get(i).takeWanted() * SCALE;
        }
        Map<String, Long> own = report(connection, ids, wanted);
        Map<String, Long> others = others(connection, ids);
        for (int i = 0; i < ids.length; i++) {
            tokens.get(i).share(own.getOrDefault(ids[i], 0L), others.getOrDefault(ids[i], 0L), replicas);
        }
    }

    private Map<String, Long> report(Connection connection, String[] ids, Long[] wanted) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REPORT)) {
            statement.setString(1, replica);
            statement.setArray(2, connection.createArrayOf("text", ids));
            statement.setArray(3, connection.createArrayOf("bigint", wanted));
            return numbers(statement);
        }
    }

    private Map<String, Long> others(Connection connection, String[] ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OTHERS)) {
            statement.setArray(1, connection.createArrayOf("text", ids));
            statement.setString(2, replica);
            return numbers(statement);
        }
    }

    private static Map<String, Long> numbers(PreparedStatement statement) throws SQLException {
        Map<String, Long> numbers = new HashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                numbers.put(rows.getString(1), rows.getLong(2));
            }
        }
        return numbers;
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Scheduled(every = "1m", skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void clean() {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(CLEAN)) {
            statement.executeUpdate();
        } catch (SQLException failed) {
            LOG.debugf("old shares stay a while longer: SQL state %s", failed.getSQLState());
        }
    }
}
