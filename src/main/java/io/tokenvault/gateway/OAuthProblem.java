package io.tokenvault.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.Problems;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

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

    /** The caller says who it is in more than one way (RFC 6749 §2.3). */
    static OAuthProblem twoCredentials() {
        return invalidRequest("the caller says who it is in two ways");
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
        if (failure instanceof OAuthProblem problem) {
            write(exchange, problem, Map.of());
        } else {
            ProblemException problem = Problems.of(exchange, NoVerdict.problem(failure));
            int status = problem.code().status();
            write(
                    exchange,
                    new OAuthProblem(status, error(status), problem.detail(), List.of()),
                    Problems.headers(problem));
        }
    }

    /** What OAuth calls a failure with this status (RFC 6749 §4.1.2.1, §5.2). */
    private static String error(int status) {
        if (status < 500) {
            return "invalid_request";
        }
        return status == 503 ? "temporarily_unavailable" : "server_error";
    }

    private static void write(RoutingContext exchange, OAuthProblem problem, Map<String, String> headers) {
        HttpServerResponse response = exchange.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        response.setStatusCode(problem.status).putHeader("Content-Type", "application/json;charset=UTF-8");
        headers.forEach(response::putHeader);
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
