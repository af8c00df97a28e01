package io.tokenvault.bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Answers every request with the same headers and body, as cheaply as Vert.x can: the floor that the service is measured
 * against. Arguments: a port, and a file with the headers, an empty line and the body.
 */
final class BareServer {
    private BareServer() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        String[] parts = Files.readString(Path.of(arguments[1])).split("\n\n", 2);
        byte[] body = parts[1].getBytes(StandardCharsets.UTF_8);
        List<Map.Entry<CharSequence, CharSequence>> headers = new ArrayList<>();
        for (String line : parts[0].split("\n")) {
            int colon = line.indexOf(':');
            headers.add(Map.entry(
                    HttpHeaders.createOptimized(line.substring(0, colon)),
                    HttpHeaders.createOptimized(line.substring(colon + 1).strip())));
        }
        Vertx vertx = Vertx.vertx();
        vertx.deployVerticle(
                        () -> new Server(port, headers, body),
                        new DeploymentOptions()
                                .setInstances(2 * Runtime.getRuntime().availableProcessors()))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static final class Server extends AbstractVerticle {
        private final int port;
        private final List<Map.Entry<CharSequence, CharSequence>> headers;
        private final byte[] body;

        Server(int port, List<Map.Entry<CharSequence, CharSequence>> headers, byte[] body) {
            this.port = port;
            this.headers = headers;
            this.body = body;
        }

        @Override
        public void start() {
            vertx.createHttpServer()
                    .requestHandler(request -> {
                        headers.forEach(header -> request.response().putHeader(header.getKey(), header.getValue()));
                        request.response().end(Buffer.buffer(body));
                    })
                    .listen(port, "127.0.0.1");
        }
    }
}
