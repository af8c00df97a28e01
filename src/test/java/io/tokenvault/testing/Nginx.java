package io.tokenvault.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A real nginx with the example configuration of the documents, on ports of its own, in front of one service. */
public final class Nginx implements AutoCloseable {
    private static final Path EXAMPLE = Path.of("docs/how-to/nginx/nginx.conf");
    private static final Duration LONGEST_START = Duration.ofSeconds(10);

    private final Process process;
    private final URI address;

    private Nginx(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Starts nginx with the example's ports replaced; its files are in {@code folder}, which must exist. */
    public static Nginx inFrontOf(URI service, Path folder) throws IOException {
        int api = FreePorts.next();
        String config = Files.readString(EXAMPLE)
                .replace("127.0.0.1:8080", service.getAuthority())
                .replace("127.0.0.1:8088", "127.0.0.1:" + api)
                .replace("127.0.0.1:8089", "127.0.0.1:" + FreePorts.next());
        Path file = Files.writeString(folder.resolve("nginx.conf"), config).toAbsolutePath();
        Process process = new ProcessBuilder(
                        program(), "-p", folder.toAbsolutePath().toString(), "-c", file.toString(), "-g", "daemon off;")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile())
                .start();
        Nginx nginx = new Nginx(process, URI.create("http://127.0.0.1:" + api));
        if (!Waiting.until(LONGEST_START, () -> nginx.listens() || !process.isAlive()) || !process.isAlive()) {
            nginx.close();
            throw new IOException("nginx did not start: " + Files.readString(folder.resolve("nginx.out")));
        }
        return nginx;
    }

    /** Calls to the protected API, which is below {@code /api/}. */
    public HttpCaller http() {
        return HttpCaller.of(address);
    }

    /** Ends nginx and its workers. */
    @Override
    public void close() {
        process.destroy();
        Waiting.until(LONGEST_START, () -> !process.isAlive());
    }

    private boolean listens() {
        try {
            http().get("/");
            return true;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    /** Debian keeps it where only root's PATH looks. */
    private static String program() {
        return Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElse("nginx");
    }
}
