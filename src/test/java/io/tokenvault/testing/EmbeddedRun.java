package io.tokenvault.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code make run} starts, on free ports and with its data in a folder of its own; the ports are kept. */
public final class EmbeddedRun implements AutoCloseable {
    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final Duration LONGEST_STOP = Duration.ofMinutes(1);
    private static final Pattern KEY = Pattern.compile("KEY=(tvo_[0-9A-Za-z]{61})");

    private final Path folder;
    private final String backend;
    private final int port = FreePorts.next();
    private final int managementPort = FreePorts.next();
    private final int grpcPort = FreePorts.next();
    private final int openBaoPort = FreePorts.next();
    private final List<Process> started = new ArrayList<>();

    private EmbeddedRun(Path folder, String backend) {
        this.folder = folder.toAbsolutePath();
        this.backend = backend;
    }

    /** A run with the data of {@code folder}, which must exist; {@code backend} as for {@code make run}. */
    public static EmbeddedRun in(Path folder, String backend) {
        return new EmbeddedRun(folder, backend);
    }

    /** Starts the service and waits until it says that it is ready and has said all that follows. */
    public void start(String... arguments) {
        launch(arguments);
        boolean ready = Waiting.until(LONGEST_START, () -> !isAlive() || isGreeted());
        if (!ready || !isAlive()) {
            throw new AssertionError("the service did not become ready:\n" + output());
        }
    }

    /** Starts the service and returns at once. */
    public void launch(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(PROJECT.resolve(".ci/start").toString(), backend));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        try {
            builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_"));
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
            builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
            builder.environment().put("QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpcPort));
            builder.environment().put("OPENBAO_PORT", Integer.toString(openBaoPort));
            builder.environment().put("TOKEN_VAULT_BAO", bao().toString());
            builder.redirectOutput(outputFile(started.size()).toFile());
            started.add(builder.start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The exit code of the latest start, which must end by itself in time. */
    public int awaitExit() {
        try {
            if (!started.getLast().waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the service does not end:\n" + output());
            }
            return started.getLast().exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    /** Ends the latest start in order and returns its exit code. */
    public int stop() {
        started.getLast().destroy();
        return awaitExit();
    }

    /** Ends the process of the latest start where it stands; its servers stay behind. */
    public void kill9() {
        started.getLast().destroyForcibly();
        awaitExit();
    }

    /** The admin key that the latest start showed. */
    public String key() {
        Matcher shown = KEY.matcher(output());
        if (!shown.find()) {
            throw new AssertionError("no key was shown:\n" + output());
        }
        return shown.group(1);
    }

    /** What the latest start has written. */
    public String output() {
        try {
            return Files.readString(outputFile(started.size() - 1));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public boolean isAlive() {
        return started.getLast().isAlive();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public URI openBao() {
        return URI.create("http://127.0.0.1:" + openBaoPort);
    }

    /** The OpenBao program, installed when it is missing. */
    public static Path bao() {
        try {
            Process install = new ProcessBuilder(
                            PROJECT.resolve("src/test/tools/install-openbao.sh").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return Path.of(new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Ends what runs, servers included. */
    @Override
    public void close() {
        if (!started.isEmpty() && isAlive()) {
            stop();
        }
    }

    private boolean isGreeted() {
        String said = output();
        boolean openBaoDone = !backend.equals("openbao") || said.contains("OpenBao is at");
        return said.contains("is ready at ")
                && openBaoDone
                && (said.contains("/v1/connections") || said.contains("make run ADMIN=new"));
    }

    private Path outputFile(int start) {
        return folder.resolve("output-" + start + ".log");
    }
}
