package io.tokenvault.embedded;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * PostgreSQL on a free port of loopback, with a password and without a Unix socket. What it has committed survives a
 * power failure.
 */
final class PostgresServer implements EmbeddedServer {
    private static final String USER = "postgres";
    private static final int ATTEMPTS = 3;

    private final DataFolder folder;
    private final Path programs;
    private final Path cluster;
    private final Path log;
    private final String password;
    private int port;

    PostgresServer(DataFolder folder, Path binaries) throws IOException {
        this.folder = folder;
        this.programs = PostgresBinaries.unpackedBelow(binaries).resolve("bin");
        this.cluster = folder.resolve("postgres");
        this.log = folder.resolve("postgres.log");
        this.password = folder.secret("postgres.password");
    }

    @Override
    public void start() throws IOException {
        if (!Files.exists(cluster.resolve("PG_VERSION"))) {
            create();
        }
        endLeftBehind();
        Files.deleteIfExists(log);
        Tool started = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            // Someone else may take the port between the look and the start.
            port = freePort();
            started = program("pg_ctl", "start", "-w", "-t", "60", "-l", log.toString(), "-o", "-p " + port);
            if (!started.failed()) {
                return;
            }
        }
        throw new Refusal("PostgreSQL did not start. Its own words are in " + log + ".");
    }

    @Override
    public void stop() throws IOException {
        if (Files.exists(cluster.resolve("postmaster.pid"))) {
            program("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast");
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    String user() {
        return USER;
    }

    String password() {
        return password;
    }

    /** Built aside and moved into place: a crash in between leaves nothing that looks like a database. */
    private void create() throws IOException {
        Path unfinished = folder.resolve("postgres.new");
        DataFolder.delete(unfinished);
        Stream<String> settings = Stream.of("listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC")
                .flatMap(setting -> Stream.of("-c", setting));
        Stream<String> options = Stream.of(
                "-D",
                unfinished.toString(),
                "-U",
                USER,
                "--auth=scram-sha-256",
                "--pwfile=" + folder.resolve("postgres.password"),
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions");
        Tool made = Tool.run(Stream.concat(command("initdb"), Stream.concat(options, settings)));
        if (made.failed()) {
            throw new Refusal("The database could not be made in " + cluster + ":\n" + made.output());
        }
        Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private void endLeftBehind() throws IOException {
        Path pidFile = cluster.resolve("postmaster.pid");
        if (LeftBehind.find(pidFile, cluster.toString()).isPresent()) {
            Tool ended = program("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast");
            if (ended.failed()) {
                throw new Refusal("A PostgreSQL of an earlier run still uses " + cluster + " and does not end:\n"
                        + ended.output());
            }
        }
        // Left by a power failure. PostgreSQL would believe it if its number belongs to any process today.
        Files.deleteIfExists(pidFile);
    }

    private Tool program(String name, String action, String... options) throws IOException {
        return Tool.run(Stream.of(command(name), Stream.of(action, "-D", cluster.toString()), Stream.of(options))
                .flatMap(words -> words));
    }

    private Stream<String> command(String program) {
        String path = programs.resolve(program).toString();
        if (!System.getProperty("user.name").equals("root")) {
            return Stream.of(path);
        }
        // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody.
        if (!LinuxUtils.isUnshareAvailable()) {
            throw new Refusal("PostgreSQL does not run as root, and this machine allows no user namespaces."
                    + " Run make as an ordinary user.");
        }
        return Stream.of("unshare", "-U", path);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
