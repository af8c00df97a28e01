package io.tokenvault.secrets.keyring;

import io.tokenvault.token.EnvironmentName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** What the database remembers of keyrings: their fingerprints and generations, in the table {@code keyring}. */
final class KeyringRecords {
    private final DataSource database;

    KeyringRecords(DataSource database) {
        this.database = database;
    }

    /**
     * One keyring, as remembered.
     *
     * @param generation the one of the backend that every replica has to have loaded
     */
    record Remembered(Fingerprint fingerprint, long generation) {}

    /** A MAC over a sealing key, made with a MAC key; prints nothing. */
    record Fingerprint(byte[] bytes) {
        @Override
        public String toString() {
            return "Fingerprint[***]";
        }
    }

    Optional<Remembered> find(EnvironmentName environment) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return find(connection, environment);
        }
    }

    /**
     * What is remembered; when that is nothing, the keyring that {@code found} finds or makes is remembered now. Of all
     * replicas one at a time gets so far, and it has the fingerprint on record before the next one looks.
     */
    Optional<Remembered> findOr(EnvironmentName environment, Supplier<Remembered> found) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                lock(connection);
                Optional<Remembered> known = find(connection, environment);
                if (known.isEmpty()) {
                    remember(connection, environment, found.get());
                }
                connection.commit();
                return known;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** The generation of each keyring that every replica has to have loaded. */
    Map<EnvironmentName, Long> generations() throws SQLException {
        Map<EnvironmentName, Long> generations = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement("select environment, generation from keyring");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                generations.put(new EnvironmentName(rows.getString(1)), rows.getLong(2));
            }
        }
        return generations;
    }

    /** Remembers a keyring by another fingerprint, made with keys that are in the backend already. */
    void replace(EnvironmentName environment, Fingerprint fingerprint) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("update keyring set fingerprint = ? where environment = ?")) {
            update.setBytes(1, fingerprint.bytes());
            update.setString(2, environment.value());
            update.executeUpdate();
        }
    }

    /** Tells every replica to load this generation, which is in the backend already; whether that is news. */
    boolean announce(EnvironmentName environment, long generation) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "update keyring set generation = ? where environment = ? and generation < ?")) {
            update.setLong(1, generation);
            update.setString(2, environment.value());
            update.setLong(3, generation);
            return update.executeUpdate() > 0;
        }
    }

    private static void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = '8s'");
            statement.execute("select pg_advisory_xact_lock(hashtextextended('token-vault keyring', 0))");
        }
    }

    private static Optional<Remembered> find(Connection connection, EnvironmentName environment) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select fingerprint, generation from keyring where environment = ?")) {
            query.setString(1, environment.value());
            try (ResultSet rows = query.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Remembered(new Fingerprint(rows.getBytes(1)), rows.getLong(2)))
                        : Optional.empty();
            }
        }
    }

    private static void remember(Connection connection, EnvironmentName environment, Remembered keyring)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into keyring (environment, fingerprint, generation) values (?, ?, ?)")) {
            insert.setString(1, environment.value());
            insert.setBytes(2, keyring.fingerprint().bytes());
            insert.setLong(3, keyring.generation());
            insert.executeUpdate();
        }
    }
}
