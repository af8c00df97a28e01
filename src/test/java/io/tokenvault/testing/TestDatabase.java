package io.tokenvault.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;

/** A new, empty database in the one PostgreSQL of this test run, which ends with the run. */
public record TestDatabase(String jdbcUrl, String user, String password) {

    /** Makes a database that nobody else uses. */
    public static TestDatabase create() {
        return create("");
    }

    /** Makes a copy of this database as it is now, byte for byte; nobody may be connected to it. */
    public TestDatabase copy() {
        return create(" template " + jdbcUrl.substring(jdbcUrl.lastIndexOf('/') + 1));
    }

    private static TestDatabase create(String origin) {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name + origin);
        } catch (SQLException failed) {
            throw new IllegalStateException("no database could be made", failed);
        }
        return new TestDatabase(
                "jdbc:postgresql://127.0.0.1:" + Server.RUNNING.getPort() + "/" + name, "postgres", "not-asked-for");
    }

    /** Started by the first test that needs it. */
    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setLocaleConfig("locale", "C.UTF-8")
                        .setPGStartupWait(Duration.ofMinutes(1))
                        .start();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
