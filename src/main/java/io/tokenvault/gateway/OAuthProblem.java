package io.tokenvault.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.Problems;
import io.tokenvault.validation.RecordsInDoubtException;
import io.tokenvault.validation.RecordsUnavailableException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Ends a request with an error as OAuth has it (RFC 6749 §5.2). */
public final class OAuthProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final JsonFactory JSON = new JsonFactory();
    private static final String BASIC = "Basic realm=\"token-vault\", charset=\"UTF-8\"";
    private static final String BEARER = "Bearer realm=\"token-vault\"";

    private final int status;
    private final String error;
    private final transient List<String> challenges;

    private OAuthProblem(int status, String error, String description, List<String> challenges) {
        super(description, null, false, false);
        this.status = status;
        this.error = error;
        this.challenges = challenges;
    }

    static OAuthProblem invalidRequest(String description) {
        return new OAuthProblem(400, "invalid_request", description, List.of());
    }

    /** The caller came without a credential. */
    static OAuthProblem noClient() {
        return new OAuthProblem(
                401,
                "invalid_client",
                "authenticate with an operator key: as a bearer token, by HTTP Basic, or as client_id and client_secret",
                List.of(BASIC, BEARER));
    }

    /** The caller is not who it says; {@code bearer} tells which way it has tried. */
    public static OAuthProblem invalidClient(boolean bearer) {
        return new OAuthProblem(
                401,
                "invalid_client",
                "the operator key is not known here, was removed or has expired",
                List.of(bearer ? BEARER + ", error=\"invalid_token\"" : BASIC));
    }

    /** The caller is known and may not do this. */
    public static OAuthProblem unauthorizedClient() {
        return new OAuthProblem(403, "unauthorized_client", "none of the caller's roles may call this", List.of());
    }

    public String error() {
        return error;
    }

    /** Ends the request with what this failure amounts to here. */
    static void write(RoutingContext exchange, Throwable failure) {
        switch (failure) {
            case OAuthProblem problem -> write(exchange, problem);
            case RecordsUnavailableException _ -> unavailable(exchange, "the database cannot be reached", 1);
            case RecordsInDoubtException _ -> unavailable(exchange, "an admin has to decide about the database", 60);
            case ProblemException problem
            when problem.code() == ProblemCode.UNSUPPORTED_MEDIA_TYPE
                    || problem.code() == ProblemCode.BODY_TOO_LARGE
                    || problem.code() == ProblemCode.MALFORMED_REQUEST ->
                write(
                        exchange,
                        new OAuthProblem(problem.code().status(), "invalid_request", problem.detail(), List.of()));
            default -> Problems.write(exchange, failure);
        }
    }

    private static void unavailable(RoutingContext exchange, String description, int seconds) {
        exchange.response().putHeader("Retry-After", Integer.toString(seconds));
        write(exchange, new OAuthProblem(503, "temporarily_unavailable", description, List.of()));
    }

    private static void write(RoutingContext exchange, OAuthProblem problem) {
        HttpServerResponse response = exchange.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        response.setStatusCode(problem.status).putHeader("Content-Type", "application/json;charset=UTF-8");
        if (!problem.challenges.isEmpty()) {
            response.putHeader("WWW-Authenticate", problem.challenges);
        }
        response.end(document(problem));
    }

    private static Buffer document(OAuthProblem problem) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("error", problem.error);
            json.writeStringField("error_description", problem.getMessage());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Buffer.buffer(bytes.toByteArray());
    }
}
