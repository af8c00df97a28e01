package io.tokenvault.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Looks into the database of a test, and changes what only time or a fault would. */
public final class Sql {
    private final DataSource database;

    public Sql(DataSource database) {
        this.database = database;
    }

    /** How many rows the statement changed. */
    public int change(String statement, Object... parameters) {
        try (Connection connection = database.getConnection();
                PreparedStatement prepared = prepared(connection, statement, parameters)) {
            return prepared.executeUpdate();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The number in the first column of the only row. */
    public long number(String query, Object... parameters) {
        try (Connection connection = database.getConnection();
                PreparedStatement prepared = prepared(connection, query, parameters);
                ResultSet rows = prepared.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static PreparedStatement prepared(Connection connection, String statement, Object... parameters)
            throws SQLException {
        PreparedStatement prepared = connection.prepareStatement(statement);
        for (int i = 0; i < parameters.length; i++) {
            prepared.setObject(i + 1, parameters[i]);
        }
        return prepared;
    }
}
