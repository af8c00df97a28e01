package io.tokenvault.secrets.vault;

import io.quarkus.vault.client.common.VaultRequest;
import io.quarkus.vault.client.common.VaultRequestExecutor;
import io.quarkus.vault.client.common.VaultResponse;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Carries the vault client's requests over the JDK's HTTP client, which fails with ordinary exceptions. Beyond what the
 * vault client brings along for this, it ends an exchange whose body never ends, reads {@code Retry-After}, and has a standby
 * that is behind pass requests on ({@link VaultIndex}).
 */
final class VaultTransport implements VaultRequestExecutor {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    private static final long BODY_LIMIT = 1 << 20;

    private final HttpClient http;
    private final Duration limit;
    private final VaultIndex index = new VaultIndex();

    /** @param limit how long an exchange may take, from connecting to the last byte of the answer */
    VaultTransport(SSLContext trust, Duration limit) {
        this.limit = limit;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_LIMIT)
                .sslContext(trust)
                .build();
    }

    /** Whether the server says how far its storage is, so that reads after a write are as new as the write. */
    boolean saysIndex() {
        return index.header().isPresent();
    }

    @Override
    public <T> CompletionStage<VaultResponse<T>> execute(VaultRequest<T> request) {
        CompletableFuture<HttpResponse<byte[]>> exchange =
                http.sendAsync(prepared(request), BodyHandlers.limiting(BodyHandlers.ofByteArray(), BODY_LIMIT));
        return exchange.thenApply(response -> answered(request, response))
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, failed) -> {
                    if (failed instanceof TimeoutException) {
                        exchange.cancel(true);
                    }
                });
    }

    private HttpRequest prepared(VaultRequest<?> request) {
        HttpRequest.Builder prepared = HttpRequest.newBuilder(request.getUri())
                .timeout(limit)
                .method(
                        request.getMethod().name(),
                        request.getSerializedBody()
                                .map(BodyPublishers::ofString)
                                .orElseGet(BodyPublishers::noBody));
        request.getHTTPHeaders().forEach(prepared::setHeader);
        index.header()
                .ifPresent(newest -> prepared.setHeader(VaultIndex.HEADER, newest)
                        .setHeader(VaultIndex.BEHIND_HEADER, VaultIndex.BEHIND_FORWARD));
        return prepared.build();
    }

    private <T> VaultResponse<T> answered(VaultRequest<T> request, HttpResponse<byte[]> response) {
        response.headers().firstValue(VaultIndex.HEADER).ifPresent(index::saw);
        List<Map.Entry<String, String>> headers = response.headers().map().entrySet().stream()
                .<Map.Entry<String, String>>flatMap(header ->
                        header.getValue().stream().map(value -> new SimpleImmutableEntry<>(header.getKey(), value)))
                .toList();
        VaultResponse<T> answer = new VaultResponse<>(request, response.statusCode(), headers, response.body());
        if (!answer.isStatusCodeExpected() && !answer.isUpgradedResponse()) {
            throw VaultRefusal.of(
                    response.statusCode(), response.body(), response.headers().firstValue("Retry-After"));
        }
        return answer;
    }
}
