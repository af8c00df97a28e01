package io.tokenvault.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes every refusal of the service as a problem document (RFC 9457), for raw routes and for JAX-RS alike, whatever
 * {@code Accept} says.
 */
public final class Problems {
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final JsonFactory JSON = new JsonFactory();

    private Problems() {}

    /** The problem that this failure amounts to; logs it when it is our fault. */
    public static ProblemException of(RoutingContext exchange, Throwable failure) {
        return Failures.problem(failure, exchange);
    }

    /** Ends the request with the problem that this failure amounts to; logs it when it is our fault. */
    public static void write(RoutingContext exchange, Throwable failure) {
        write(exchange, of(exchange, failure));
    }

    /** Ends the request with this problem; does nothing when an answer is under way already. */
    public static void write(RoutingContext exchange, ProblemException problem) {
        write(exchange, problem, Map.of());
    }

    /** As {@link #write(RoutingContext, ProblemException)}, with more headers. */
    public static void write(RoutingContext exchange, ProblemException problem, Map<String, String> headers) {
        HttpServerResponse response = exchange.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        response.setStatusCode(problem.code().status());
        headers(problem).forEach(response::putHeader);
        headers.forEach(response::putHeader);
        response.putHeader("Content-Type", MEDIA_TYPE);
        response.end(Buffer.buffer(document(problem, RequestId.of(exchange))));
    }

    /** Ends the request with 405 and the methods that the path has. */
    static void writeNotAllowed(RoutingContext exchange, Set<String> allowed) {
        write(
                exchange,
                ProblemException.of(ProblemCode.METHOD_NOT_ALLOWED, "this path has no such method"),
                Map.of("Allow", String.join(", ", allowed)));
    }

    /** The same for JAX-RS: what an exception mapper returns. */
    public static Response response(RoutingContext exchange, Throwable failure) {
        RequestId id = RequestId.of(exchange);
        ProblemException problem = Failures.problem(failure, exchange);
        Response.ResponseBuilder response =
                Response.status(problem.code().status()).type(MEDIA_TYPE).entity(document(problem, id));
        headers(problem).forEach(response::header);
        return response.build();
    }

    /** The document itself. */
    public static byte[] document(ProblemException problem, RequestId id) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            ProblemCode code = problem.code();
            json.writeStartObject();
            json.writeStringField("type", "/problems/" + code.code());
            json.writeStringField("title", code.title());
            json.writeNumberField("status", code.status());
            json.writeStringField("detail", problem.detail());
            json.writeStringField("code", code.code());
            json.writeStringField("request_id", id.value());
            if (!problem.errors().isEmpty()) {
                json.writeArrayFieldStart("errors");
                for (FieldError error : problem.errors()) {
                    json.writeStartObject();
                    json.writeStringField("field", error.field());
                    json.writeStringField("message", error.message());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The headers that belong to it, beside those of its document. */
    public static Map<String, String> headers(ProblemException problem) {
        Map<String, String> headers = new LinkedHashMap<>();
        problem.challenge().ifPresent(challenge -> headers.put("WWW-Authenticate", challenge));
        problem.retryAfter().ifPresent(wait -> headers.put("Retry-After", Long.toString(seconds(wait))));
        return headers;
    }

    /** Whole seconds, rounded up, at least 1. */
    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }
}
