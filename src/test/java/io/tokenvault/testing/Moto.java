package io.tokenvault.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A moto server, which answers like AWS, on a free port of loopback; it keeps everything in memory, and believes every
 * identity. It is installed when it is missing ({@code src/test/tools/install-moto.sh}).
 */
public final class Moto implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    // Its own command serves many requests at once, and no operation of it is atomic: a label that is compared and then
    // moved could be moved by two.
    private static final String ONE_REQUEST_AT_A_TIME = """
            import sys
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
            from werkzeug.serving import run_simple
            run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app),
                       threaded=False, request_handler=MotoRequestHandler)
            """;

    private final Process process;
    private final URI url;

    private Moto(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** A server that speaks plain http; its log is in the folder. */
    public static Moto start(Path folder) {
        try {
            int port = FreePorts.next();
            Path log = folder.resolve("moto.log");
            Process process = new ProcessBuilder(python(), "-c", ONE_REQUEST_AT_A_TIME, Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            // The test JVM may be stopped in the middle of a test; the server must not outlive it.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            Moto server = new Moto(process, URI.create("http://127.0.0.1:" + port));
            if (!Waiting.until(START_LIMIT, () -> !process.isAlive() || server.isReady()) || !process.isAlive()) {
                process.destroyForcibly();
                throw new IllegalStateException("moto did not start, see " + log);
            }
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The endpoint of every service. */
    public URI url() {
        return url;
    }

    private static String python() {
        try {
            Process installer = new ProcessBuilder("src/test/tools/install-moto.sh")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(installer.getInputStream(), StandardCharsets.UTF_8))) {
                String path = output.readLine();
                if (path == null || installer.waitFor() != 0) {
                    throw new IllegalStateException("moto could not be installed");
                }
                return path;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private boolean isReady() {
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/moto-api/"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
