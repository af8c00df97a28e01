package io.tokenvault.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Calls one HTTP server, with a bearer credential or without. */
public final class HttpCaller {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;
    private final Optional<String> bearer;

    private HttpCaller(URI base, Optional<String> bearer) {
        this.base = base;
        this.bearer = bearer;
    }

    /** Calls without a credential. */
    public static HttpCaller of(URI base) {
        return new HttpCaller(base, Optional.empty());
    }

    /** The same server with this credential. */
    public HttpCaller as(String credential) {
        return new HttpCaller(base, Optional.of(credential));
    }

    /** Another server with the same credential. */
    public HttpCaller at(URI other) {
        return new HttpCaller(other, bearer);
    }

    public HttpAnswer get(String path) {
        return send("GET", path, "", Map.of());
    }

    public HttpAnswer post(String path, String json) {
        return send("POST", path, json, Map.of());
    }

    public HttpAnswer patch(String path, String json) {
        return send("PATCH", path, json, Map.of());
    }

    public HttpAnswer delete(String path) {
        return send("DELETE", path, "", Map.of());
    }

    /** Any request; a body that is not empty is sent as JSON unless {@code headers} say otherwise. */
    public HttpAnswer send(String method, String path, String body, Map<String, String> headers) {
        try {
            return attempt(method, path, body, headers);
        } catch (IOException failed) {
            throw new UncheckedIOException(method + " " + path, failed);
        }
    }

    private HttpAnswer attempt(String method, String path, String body, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(LONGEST);
        if (body.isEmpty()) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.method(method, BodyPublishers.ofString(body)).setHeader("Content-Type", "application/json");
        }
        bearer.ifPresent(credential -> request.setHeader("Authorization", "Bearer " + credential));
        headers.forEach(request::setHeader);
        try {
            return HttpAnswer.of(CLIENT.send(request.build(), BodyHandlers.ofString()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
