package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.tokenvault.testing.KeyVaultSecrets.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Reads requests to a {@link KeyVault} and writes its answers. */
final class KeyVaultHttp {
    private static final ObjectMapper JSON = new ObjectMapper();

    private KeyVaultHttp() {}

    static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getQuery();
        for (String field : (raw == null ? "" : raw).split("&", -1)) {
            int equals = field.indexOf('=');
            query.put(field.substring(0, Math.max(equals, 0)), field.substring(equals + 1));
        }
        return query;
    }

    static String body(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    }

    static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static void answer(HttpExchange exchange, Answer answer) throws IOException {
        answer(
                exchange,
                answer.status(),
                answer.body().isMissingNode() ? "" : answer.body().toString());
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }
}
