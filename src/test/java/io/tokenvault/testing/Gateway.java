package io.tokenvault.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real gateway with an example configuration of the documents, on ports of its own, between a client and an API that
 * says which headers reached it.
 */
public final class Gateway implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofSeconds(20);
    private static final Path PROJECT = Path.of("").toAbsolutePath();

    private final Process process;
    private final HttpServer api;
    private final URI address;

    private Gateway(Process process, HttpServer api, URI address) {
        this.process = process;
        this.api = api;
        this.address = address;
    }

    /** Envoy with this configuration, in front of the service; its files are in {@code folder}, which must exist. */
    public static Gateway envoy(String example, ServiceProcess service, Path folder) throws IOException {
        return start(
                example,
                service,
                folder,
                config -> List.of(
                        tool("install-envoy.sh"),
                        "--concurrency",
                        "1",
                        "--use-dynamic-base-id",
                        "-l",
                        "warn",
                        "-c",
                        config));
    }

    /** Caddy with this configuration, in front of the service; its files are in {@code folder}, which must exist. */
    public static Gateway caddy(String example, ServiceProcess service, Path folder) throws IOException {
        return start(
                example,
                service,
                folder,
                config -> List.of(tool("install-caddy.sh"), "run", "--adapter", "caddyfile", "--config", config));
    }

    private interface Command {
        List<String> of(String config) throws IOException;
    }

    private static Gateway start(String example, ServiceProcess service, Path folder, Command command)
            throws IOException {
        HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", Gateway::echo);
        api.start();
        int port = FreePorts.next();
        String config = Files.readString(PROJECT.resolve(example));
        for (Map.Entry<Integer, Integer> ports : Map.of(
                        8080, service.port(),
                        9001, service.grpcPort(),
                        8088, port,
                        8089, api.getAddress().getPort())
                .entrySet()) {
            config = config.replace("127.0.0.1:" + ports.getKey(), "127.0.0.1:@" + ports.getValue())
                    .replace("port_value: " + ports.getKey(), "port_value: @" + ports.getValue());
        }
        Path file = Files.writeString(
                folder.resolve(Path.of(example).getFileName()),
                config.replace("127.0.0.1:@", "127.0.0.1:").replace("port_value: @", "port_value: "));
        Path output = folder.resolve("gateway.out");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command.of(file.toString())))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("HOME", folder.toString());
        Gateway gateway = new Gateway(builder.start(), api, URI.create("http://127.0.0.1:" + port));
        if (!Waiting.until(LONGEST_START, () -> gateway.listens() || !gateway.process.isAlive())
                || !gateway.process.isAlive()) {
            gateway.close();
            throw new IOException("the gateway did not start: " + Files.readString(output));
        }
        return gateway;
    }

    /** Calls to the protected API, which is below {@code /api/}. */
    public HttpCaller http() {
        return HttpCaller.of(address);
    }

    @Override
    public void close() {
        process.destroy();
        Waiting.until(LONGEST_START, () -> !process.isAlive());
        api.stop(0);
    }

    private boolean listens() {
        try {
            http().get("/");
            return true;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    /** Answers with the headers that could tell who calls. */
    private static void echo(HttpExchange exchange) throws IOException {
        StringBuilder headers = new StringBuilder();
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (name.toLowerCase(java.util.Locale.ROOT).matches("authorization|x-token-vault-.*")) {
                headers.append(headers.isEmpty() ? "" : ",")
                        .append('"')
                        .append(name.toLowerCase(java.util.Locale.ROOT))
                        .append("\":\"")
                        .append(String.join("|", values))
                        .append('"');
            }
        });
        byte[] body = ("{" + headers + "}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String tool(String script) throws IOException {
        Process installer = new ProcessBuilder(
                        PROJECT.resolve("src/test/tools").resolve(script).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(installer.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return Optional.of(printed)
                .filter(path -> !path.isEmpty())
                .orElseThrow(() -> new IOException(script + " printed no path"));
    }
}
