package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that a reader of a copy of the database sees: every value of every column, bytes as hexadecimal digits and as they are. */
public final class DatabaseDump {
    private DatabaseDump() {}

    /** The values by table and column, a line each. */
    public static Map<String, String> of(TestDatabase database) throws SQLException {
        Map<String, String> dump = new LinkedHashMap<>();
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            for (String table : tables(statement)) {
                try (ResultSet rows = statement.executeQuery("select * from \"" + table + "\"")) {
                    dump(table, rows, dump);
                }
            }
        }
        return dump;
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(
                "select table_name from information_schema.tables where table_schema = 'public'")) {
            while (found.next()) {
                names.add(found.getString(1));
            }
        }
        return names;
    }

    private static void dump(String table, ResultSet rows, Map<String, String> dump) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            for (int column = 1; column <= columns; column++) {
                String place = table + "." + rows.getMetaData().getColumnName(column);
                String value = rows.getMetaData().getColumnType(column) == Types.BINARY
                        ? bytes(rows.getBytes(column))
                        : rows.getString(column);
                dump.merge(place, value == null ? "" : value, (before, next) -> before + "\n" + next);
            }
        }
    }

    private static String bytes(byte[] value) {
        return value == null ? "" : HexFormat.of().formatHex(value) + "\n" + new String(value, ISO_8859_1);
    }
}
