package io.tokenvault.coherence;

import io.agroal.api.AgroalDataSource;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Reads of the primary that a request waits for. A database that is there and says nothing, as behind a network that
 * loses everything, fails them as one that is away does: within a few seconds.
 */
@Singleton
public class PromptReads {
    private static final int PATIENCE = (int) Duration.ofSeconds(3).toMillis();

    private final AgroalDataSource database;

    PromptReads(AgroalDataSource database) {
        this.database = database;
    }

    /** What becomes of a row. */
    public interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The only row of {@code query}, whose one parameter is {@code key}. Blocks. */
    public <T> T row(String query, String key, Reader<T> reader) throws SQLException {
        try (Connection connection = database.getConnection()) {
            int usual = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, PATIENCE);
            T result = row(connection, query, key, reader);
            // After a failure it stays: at worst the next one on this connection is refused sooner.
            connection.setNetworkTimeout(Runnable::run, usual);
            return result;
        }
    }

    private static <T> T row(Connection connection, String query, String key, Reader<T> reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, key);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return reader.read(row);
            }
        }
    }
}
