package io.tokenvault.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * The service as it is shipped: {@code target/quarkus-app/quarkus-run.jar} in a process of its own, with a settings
 * file, a PostgreSQL database and free ports that it keeps over restarts. Everything it writes is below
 * {@link #folder()}.
 */
public final class ServiceProcess implements AutoCloseable {
    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Duration LONGEST_START = Duration.ofMinutes(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final Path folder;
    private final String profile;
    private final Map<String, String> environment;
    private final List<String> command;
    private final int port = FreePorts.next();
    private final int managementPort = FreePorts.next();
    private final int grpcPort = FreePorts.next();
    private Optional<Process> process = Optional.empty();

    private ServiceProcess(Path folder, String profile, Map<String, String> environment, List<String> command) {
        this.folder = folder;
        this.profile = profile;
        this.environment = environment;
        this.command = command;
    }

    /** A service that is to be described; {@code folder} must exist. */
    public static Description in(Path folder) {
        return new Description(folder.toAbsolutePath());
    }

    /** What a service starts with. The profile is {@code embedded} unless another is named. */
    public static final class Description {
        private final Path folder;
        private final List<String> settings = new ArrayList<>();
        private final Map<String, String> environment = new HashMap<>();
        private String profile = "embedded";
        private Optional<TestDatabase> database = Optional.empty();
        private List<String> command = StartCommand.ofService(JAR);

        private Description(Path folder) {
            this.folder = folder;
        }

        public Description profile(String name) {
            profile = name;
            return this;
        }

        /** Lines of the settings file. */
        public Description settings(String lines) {
            settings.add(lines);
            return this;
        }

        /** A variable of the process's environment. */
        public Description variable(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** What starts the service, instead of {@code java -jar}. */
        public Description command(String... words) {
            command = List.of(words);
            return this;
        }

        /** The database to use; a new one when none is named. */
        public Description database(TestDatabase chosen) {
            database = Optional.of(chosen);
            return this;
        }

        /** Keeps every secret in that server, at its mount {@code secret}. */
        public Description secretsIn(OpenBao server) {
            return settings("""
                    token-vault.backends.main.type=vault
                    token-vault.backends.main.url=%s
                    token-vault.backends.main.auth.method=token
                    token-vault.backends.main.auth.token=%s""".formatted(server.url(), OpenBao.ROOT_TOKEN));
        }

        /** The service as described, not yet started. */
        public ServiceProcess build() {
            TestDatabase chosen = database.orElseGet(TestDatabase::create);
            settings.add("quarkus.datasource.jdbc.url=" + chosen.jdbcUrl());
            settings.add("quarkus.datasource.username=" + chosen.user());
            settings.add("quarkus.datasource.password=" + chosen.password());
            try {
                Files.writeString(folder.resolve("service.properties"), String.join("\n", settings) + "\n");
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            return new ServiceProcess(folder, profile, Map.copyOf(environment), command);
        }

        /** The service as described, started and ready. */
        public ServiceProcess start() {
            ServiceProcess service = build();
            service.launch();
            service.awaitReady();
            return service;
        }
    }

    /** Starts the process and returns at once. */
    public void launch() {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("QUARKUS_") || name.startsWith("TOKEN_VAULT_"));
        variables.put("QUARKUS_PROFILE", profile);
        variables.put(
                "QUARKUS_CONFIG_LOCATIONS", folder.resolve("service.properties").toString());
        variables.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        variables.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        variables.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        variables.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
        variables.put("QUARKUS_GRPC_SERVER_HOST", "127.0.0.1");
        variables.put("QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpcPort));
        variables.putAll(environment);
        try {
            process = Optional.of(builder.start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits until the service says that it is ready; fails with its log when it ends before. */
    public void awaitReady() {
        boolean ready =
                Waiting.until(LONGEST_START, () -> isReady() || !running().isAlive())
                        && running().isAlive();
        if (!ready) {
            throw new AssertionError("the service did not become ready:\n" + log());
        }
    }

    /** The exit code, when the process ends in time by itself. */
    public OptionalInt awaitExit(Duration longest) {
        try {
            return running().waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)
                    ? OptionalInt.of(running().exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    /** Ends the process in order, as an orchestrator does, and returns its exit code. */
    public int stop() {
        running().destroy();
        return awaitExit(LONGEST_STOP).orElseThrow(() -> new AssertionError("the service does not stop:\n" + log()));
    }

    /** Ends the process where it stands. */
    public void kill9() {
        running().destroyForcibly();
        awaitExit(LONGEST_STOP).orElseThrow();
    }

    /** Starts again what was stopped or killed, with the same settings, database and ports; returns when it is ready. */
    public void restart() {
        if (running().isAlive()) {
            stop();
        }
        launch();
        awaitReady();
    }

    /** Starts again with this setting of {@code token-vault.unsafe.fault-point}, or without one when it is empty. */
    public void restartWithFault(String fault) {
        String setting = "token-vault.unsafe.fault-point=";
        Path settings = folder.resolve("service.properties");
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(settings));
            lines.removeIf(line -> line.startsWith(setting));
            if (!fault.isEmpty()) {
                lines.add(setting + fault);
            }
            Files.writeString(settings, String.join("\n", lines) + "\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        restart();
    }

    public boolean isAlive() {
        return process.map(Process::isAlive).orElse(false);
    }

    public long pid() {
        return running().pid();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    public int grpcPort() {
        return grpcPort;
    }

    /** Calls to the service without a credential. */
    public HttpCaller http() {
        return HttpCaller.of(address());
    }

    /** Calls to the management port. */
    public HttpCaller management() {
        return HttpCaller.of(managementAddress());
    }

    public URI managementAddress() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    public Path folder() {
        return folder;
    }

    /** All that the service has written to its output, over all its starts. */
    public String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile()) : "";
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        process.ifPresent(Process::destroyForcibly);
    }

    private boolean isReady() {
        try {
            return management().get("/q/health/ready").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private Process running() {
        return process.orElseThrow(() -> new IllegalStateException("the service was never launched"));
    }

    private Path logFile() {
        return folder.resolve("service.log");
    }
}
