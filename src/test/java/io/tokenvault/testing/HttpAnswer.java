package io.tokenvault.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.Optional;

/** What a server answered. */
public record HttpAnswer(int status, HttpHeaders headers, String body) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static HttpAnswer of(HttpResponse<String> response) {
        return new HttpAnswer(response.statusCode(), response.headers(), response.body());
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** The body, which must be JSON. */
    public JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException noJson) {
            throw new AssertionError("not JSON (" + status + "): " + body, noJson);
        }
    }

    /** The field at a JSON pointer, which must be there, as text. */
    public String text(String pointer) {
        JsonNode found = json().at(pointer);
        if (found.isMissingNode()) {
            throw new AssertionError("no " + pointer + " in the answer (" + status + "): " + body);
        }
        return found.asText();
    }

    /** This answer when it has that status; fails with the body otherwise. */
    public HttpAnswer expect(int wanted) {
        if (status != wanted) {
            throw new AssertionError("expected " + wanted + ", got " + status + ": " + body);
        }
        return this;
    }
}
