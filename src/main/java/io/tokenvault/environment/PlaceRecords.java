package io.tokenvault.environment;

import io.tokenvault.token.EnvironmentName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The table {@code place}. */
final class PlaceRecords {
    private static final String COLUMNS = """
            environment, backend, storage, second_backend, second_storage, clearing, left_backend, left_storage, epoch""";
    private static final String LOCK = "select pg_advisory_xact_lock%s(hashtextextended('token-vault place ' || ?, 0))";

    private final DataSource database;

    PlaceRecords(DataSource database) {
        this.database = database;
    }

    Map<EnvironmentName, Residence> all() throws SQLException {
        Map<EnvironmentName, Residence> all = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement("select " + COLUMNS + " from place");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                all.put(new EnvironmentName(rows.getString(1)), residence(rows));
            }
        }
        return all;
    }

    /** Remembers where the environment lives, unless that is known. */
    void settle(EnvironmentName environment, Place place) throws SQLException {
        update(
                "insert into place (environment, backend, storage) values (?, ?, ?) on conflict do nothing",
                environment.value(),
                place.backend(),
                place.storage().name());
    }

    /** Keeps the record as it is until the running transaction ends, beside others who do, and reads it. */
    Optional<Residence> hold(EnvironmentName environment) throws SQLException {
        return locked(environment, "_shared");
    }

    /** Waits for those who {@link #hold} the record, lets nobody hold it until the running transaction ends, and reads it. */
    Optional<Residence> seize(EnvironmentName environment) throws SQLException {
        return locked(environment, "");
    }

    /** A statement of its own for each, so that the second sees what was committed before the first returned. */
    private Optional<Residence> locked(EnvironmentName environment, String mode) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement lock = connection.prepareStatement(LOCK.formatted(mode));
                PreparedStatement query =
                        connection.prepareStatement("select " + COLUMNS + " from place where environment = ?")) {
            lock.setString(1, environment.value());
            lock.execute();
            query.setString(1, environment.value());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(residence(row)) : Optional.empty();
            }
        }
    }

    void replace(EnvironmentName environment, Residence next) throws SQLException {
        update(
                """
                update place set backend = ?, storage = ?, second_backend = ?, second_storage = ?,
                    clearing = cast(? as boolean), left_backend = ?, left_storage = ?, epoch = cast(? as bigint)
                where environment = ?
                """,
                next.place().backend(),
                next.place().storage().name(),
                backend(next.second()),
                storage(next.second()),
                Boolean.toString(next.clearing()),
                backend(next.left()),
                storage(next.left()),
                Long.toString(next.epoch()),
                environment.value());
    }

    private void update(String sql, @Nullable String... values) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private static Residence residence(ResultSet row) throws SQLException {
        return new Residence(
                new Place(row.getString(2), Environment.StorageMode.valueOf(row.getString(3))),
                place(row.getString(4), row.getString(5)),
                row.getBoolean(6),
                place(row.getString(7), row.getString(8)),
                row.getLong(9));
    }

    private static @Nullable Place place(@Nullable String backend, @Nullable String storage) {
        return backend == null || storage == null ? null : new Place(backend, Environment.StorageMode.valueOf(storage));
    }

    private static @Nullable String backend(@Nullable Place place) {
        return place == null ? null : place.backend();
    }

    private static @Nullable String storage(@Nullable Place place) {
        return place == null ? null : place.storage().name();
    }
}
