package io.tokenvault.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;

/** A primary that commits nothing without its standby, and the standby, which can be made the primary. */
public final class ReplicatedPostgres implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofMinutes(1);

    private final Path primaryFolder;
    private final EmbeddedPostgres primary;
    private final NetworkLink replication;
    private final EmbeddedPostgres standby;

    private ReplicatedPostgres(Path folder) throws IOException {
        primaryFolder = folder.resolve("primary");
        Path standbyFolder = folder.resolve("standby");
        server(primaryFolder).start().close();
        copy(primaryFolder, standbyFolder);
        primary = server(primaryFolder)
                .setServerConfig("synchronous_standby_names", "*")
                .start();
        replication = NetworkLink.to(primary.getPort());
        Files.createFile(standbyFolder.resolve("standby.signal"));
        standby = server(standbyFolder)
                // The URI form, for the server's start command takes no blanks.
                .setServerConfig("primary_conninfo", "postgresql://postgres@127.0.0.1:" + replication.port())
                .start();
    }

    /** Both servers, each with its data below {@code folder}. */
    public static ReplicatedPostgres in(Path folder) throws IOException {
        return new ReplicatedPostgres(folder);
    }

    private static EmbeddedPostgres.Builder server(Path folder) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(folder)
                .setCleanDataDirectory(false)
                .setLocaleConfig("locale", "C.UTF-8")
                .setServerConfig("synchronous_commit", "on")
                .setPGStartupWait(LONGEST_START);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
    }

    /** The database, at whichever of the two is the primary. */
    public TestDatabase database() {
        return new TestDatabase(
                "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/postgres?targetServerType=primary"
                        .formatted(primary.getPort(), standby.getPort()),
                "postgres",
                "not-asked-for");
    }

    /** The way from the primary to its standby. */
    public NetworkLink replication() {
        return replication;
    }

    /** Ends the primary as a loss of power does. */
    public void killPrimary() throws IOException {
        long postmaster = Long.parseLong(Files.readAllLines(primaryFolder.resolve("postmaster.pid"))
                .getFirst()
                .strip());
        ProcessHandle.of(postmaster).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Makes the standby the primary. */
    public void promote() throws SQLException {
        try (Connection connection = standby.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_promote()");
        }
    }

    @Override
    public void close() {
        try {
            replication.close();
            standby.close();
            primary.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
