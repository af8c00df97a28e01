package io.tokenvault.secrets.keyring;

import io.tokenvault.token.EnvironmentName;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Which replicas there are, which generation of each keyring they have loaded and where they look for it, in the table
 * {@code replica}. One that
 * has been silent for 15 seconds does not count; before it counts on itself again it {@linkplain #enter enters} anew.
 */
final class KeyringReplicas {
    private static final String ENTRANCE = "hashtextextended('token-vault replicas', 0)";
    private static final String REPORT = """
            insert into replica (replica_id, keyrings, places, seen_at)
            values (?, cast(? as jsonb), cast(? as jsonb), clock_timestamp())
            on conflict (replica_id) do update set keyrings = excluded.keyrings, places = excluded.places,
                seen_at = excluded.seen_at
            """;
    private static final String MISSING = """
            select count(*) from replica
            where seen_at > clock_timestamp() - interval '15 seconds'
                and coalesce(cast(%s ->> ? as bigint), 0) < ?
            """;

    private final DataSource database;
    private final String self = name();

    KeyringReplicas(DataSource database) {
        this.database = database;
    }

    /** Says that this replica is there, which generations it has loaded, and which epochs of places it acts upon. */
    void report(Map<EnvironmentName, Long> generations, Map<EnvironmentName, Long> epochs) throws SQLException {
        update(REPORT, self, json(generations), json(epochs));
    }

    /**
     * As {@link #report}, for a replica that nobody counts on. What is announced afterwards is all it has to know before
     * it uses its keys: whoever was about to retire older ones without it has done so, or counts it in.
     */
    void enter(Map<EnvironmentName, Long> generations, Map<EnvironmentName, Long> epochs) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                execute(connection, "set local lock_timeout = '8s'");
                execute(connection, "select pg_advisory_xact_lock_shared(" + ENTRANCE + ")");
                update(connection, REPORT, self, json(generations), json(epochs));
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** Lets no replica enter until the running transaction ends. */
    void closeEntrance() throws SQLException {
        try (Connection connection = database.getConnection()) {
            execute(connection, "select pg_advisory_xact_lock(" + ENTRANCE + ")");
        }
    }

    /** Says that this replica is gone. */
    void leave() throws SQLException {
        update("delete from replica where replica_id = ?", self);
    }

    /** Forgets replicas that have been silent for an hour. */
    void forgetSilent() throws SQLException {
        update("delete from replica where seen_at < clock_timestamp() - interval '1 hour'");
    }

    /** How many replicas have not loaded this generation, or a later one. */
    int missing(EnvironmentName environment, long generation) throws SQLException {
        return behind("keyrings", environment, generation);
    }

    /** How many replicas do not act upon this epoch of the place, or a later one. */
    int elsewhere(EnvironmentName environment, long epoch) throws SQLException {
        return behind("places", environment, epoch);
    }

    private int behind(String column, EnvironmentName environment, long wanted) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement(MISSING.formatted(column))) {
            query.setString(1, environment.value());
            query.setLong(2, wanted);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private void update(String sql, String... values) throws SQLException {
        try (Connection connection = database.getConnection()) {
            update(connection, sql, values);
        }
    }

    private static void update(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String json(Map<EnvironmentName, Long> generations) {
        return generations.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String name() {
        byte[] bytes = new byte[8];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
