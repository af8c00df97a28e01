package io.tokenvault.coherence;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration;
import io.agroal.api.security.SimplePassword;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * A connection beside the pool, to the same database as the same user: a pool that is exhausted must not cost the lease.
 * It opens itself when it is needed and closes itself after a failure. For one thread at a time.
 */
final class DirectConnection {
    private final AgroalDataSource pool;
    private final String name;
    private final String seconds;
    private @Nullable Connection connection;

    /** @param patience how long to wait for the server, in whole seconds: a connection that is dead is replaced then */
    DirectConnection(AgroalDataSource pool, String name, Duration patience) {
        this.pool = pool;
        this.name = name;
        this.seconds = Long.toString(patience.toSeconds());
    }

    /** What is done on a connection in autocommit mode. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    boolean isOpen() {
        return connection != null;
    }

    <T> T run(Work<T> work) throws SQLException {
        Connection open = connection != null ? connection : open();
        connection = open;
        try {
            return work.on(open);
        } catch (SQLException failed) {
            close();
            throw failed;
        }
    }

    void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException _) {
                // It is of no use any more.
            }
        }
    }

    private Connection open() throws SQLException {
        AgroalConnectionFactoryConfiguration factory =
                pool.getConfiguration().connectionPoolConfiguration().connectionFactoryConfiguration();
        Properties properties = new Properties();
        properties.putAll(factory.jdbcProperties());
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "token-vault " + name);
        if (factory.principal() != null) {
            properties.setProperty("user", factory.principal().getName());
        }
        for (Object credential : factory.credentials()) {
            if (credential instanceof SimplePassword password) {
                properties.setProperty("password", password.getWord());
            }
        }
        Connection opened = new Driver().connect(factory.jdbcUrl(), properties);
        if (opened == null) {
            throw new SQLException("the URL of the database is none of PostgreSQL", "08001");
        }
        // An earlier statement of ours may wait for a standby with its lock: do not queue up behind it.
        try (Statement statement = opened.createStatement()) {
            statement.execute("set lock_timeout = '" + seconds + "s'");
        }
        return opened;
    }
}
