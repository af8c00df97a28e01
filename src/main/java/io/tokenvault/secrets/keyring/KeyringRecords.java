package io.tokenvault.secrets.keyring;

import io.tokenvault.token.EnvironmentName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** What the database remembers of keyrings: their fingerprints, in the table {@code keyring}. */
final class KeyringRecords {
    private final DataSource database;

    KeyringRecords(DataSource database) {
        this.database = database;
    }

    Optional<byte[]> fingerprint(EnvironmentName environment) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return fingerprint(connection, environment);
        }
    }

    /**
     * The remembered fingerprint; when there is none, that of the keyring that {@code found} finds or makes. Of all
     * replicas one at a time gets so far, and it has the fingerprint on record before the next one looks.
     */
    Optional<byte[]> fingerprintOr(EnvironmentName environment, Supplier<byte[]> found) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                lock(connection);
                Optional<byte[]> known = fingerprint(connection, environment);
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

    private static void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = '8s'");
            statement.execute("select pg_advisory_xact_lock(hashtextextended('token-vault keyring', 0))");
        }
    }

    private static Optional<byte[]> fingerprint(Connection connection, EnvironmentName environment)
            throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select fingerprint from keyring where environment = ?")) {
            query.setString(1, environment.value());
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
        }
    }

    private static void remember(Connection connection, EnvironmentName environment, byte[] fingerprint)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into keyring (environment, fingerprint) values (?, ?)")) {
            insert.setString(1, environment.value());
            insert.setBytes(2, fingerprint);
            insert.executeUpdate();
        }
    }
}
