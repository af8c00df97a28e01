package io.tokenvault.bench;

import io.tokenvault.testing.FreePorts;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** nginx that returns one text, whatever it is asked. */
final class NginxServer implements AutoCloseable {
    private final Process process;
    private final URI address;

    private NginxServer(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    static NginxServer answering(String body, Path folder) throws IOException {
        int port = FreePorts.next();
        Path file = Files.writeString(folder.resolve("nginx.conf"), """
                worker_processes auto;
                pid nginx.pid;
                error_log nginx.log;
                events { worker_connections 1024; }
                http {
                    access_log off;
                    keepalive_requests 100000000;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    server {
                        listen 127.0.0.1:%d;
                        default_type application/json;
                        location / { return 200 '%s'; }
                    }
                }
                """.formatted(port, body));
        Process process = new ProcessBuilder(
                        program(), "-p", folder.toString(), "-c", file.toString(), "-g", "daemon off;")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile())
                .start();
        NginxServer server = new NginxServer(process, URI.create("http://127.0.0.1:" + port));
        if (!Waiting.until(Duration.ofSeconds(10), server::answers)) {
            server.close();
            throw new IOException("nginx did not start: " + Files.readString(folder.resolve("nginx.out")));
        }
        return server;
    }

    long pid() {
        return process.pid();
    }

    URI address() {
        return address;
    }

    private boolean answers() {
        try {
            return HttpCaller.of(address).get("/").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    /** Debian keeps it where only root's PATH looks. */
    private static String program() {
        Path debian = Path.of("/usr/sbin/nginx");
        return Files.isExecutable(debian) ? debian.toString() : "nginx";
    }

    @Override
    public void close() {
        process.destroy();
    }
}
