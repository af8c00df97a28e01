package io.tokenvault.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks a running deployment what its callers ask, as {@code java -jar quarkus-run.jar round-trip}: is it ready, does it
 * refuse who has no key, does it refuse nonsense, and does it accept a token that is live. Says one line for each
 * question, and never what it was given.
 */
final class RoundTrip {
    /** The first argument that asks for this, instead of the service. */
    static final String COMMAND = "round-trip";

    private static final String USAGE = "round-trip <address of the API> <address of the management port>"
            + " [<environment> <file with an operator key> [<file with a live token>]]";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final PrintStream out;

    RoundTrip(PrintStream out) {
        this.out = out;
    }

    /** Asks everything that the arguments allow; the exit code, 0 when every answer was right. */
    int ask(String... arguments) {
        if (arguments.length < 3 || arguments.length == 4 || arguments.length > 6) {
            out.println(USAGE);
            return 2;
        }
        try (http) {
            URI validate = URI.create(arguments[1] + "/v1/validate");
            HttpRequest readiness =
                    request(URI.create(arguments[2] + "/q/health/ready")).GET().build();
            boolean right = said("it is ready", status(readiness) == 200);
            right &= said(
                    "it refuses who has no key", status(question(validate, "nonsense", "", Optional.empty())) == 401);
            if (arguments.length > 4) {
                String environment = arguments[3];
                Optional<String> key = Optional.of(content(arguments[4]));
                right &= said(
                        "it refuses nonsense",
                        verdict(question(validate, "nonsense", environment, key))
                                .equals(Optional.of(false)));
                if (arguments.length > 5) {
                    right &= said(
                            "it accepts a live token",
                            verdict(question(validate, content(arguments[5]), environment, key))
                                    .equals(Optional.of(true)));
                }
            }
            return right ? 0 : 1;
        } catch (IOException unanswered) {
            // The name of the failure is enough: its message could hold a line of a file.
            out.println("not ok: no answer (" + unanswered.getClass().getSimpleName() + ")");
            return 1;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private boolean said(String what, boolean right) {
        out.println((right ? "ok: " : "not ok: ") + what);
        return right;
    }

    private int status(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    /** Whether the token was called active; empty when there was no verdict. */
    private Optional<Boolean> verdict(HttpRequest question) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(question, BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            return Optional.empty();
        }
        JsonNode active = JSON.readTree(answer.body()).path("active");
        return active.isBoolean() ? Optional.of(active.booleanValue()) : Optional.empty();
    }

    private static HttpRequest question(URI validate, String token, String environment, Optional<String> key) {
        ObjectNode body = JSON.createObjectNode().put("token", token);
        if (!environment.isEmpty()) {
            body.put("environment", environment);
        }
        HttpRequest.Builder request = request(validate)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()));
        key.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        return request.build();
    }

    private static HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address).timeout(PATIENCE);
    }

    private static String content(String file) throws IOException {
        return Files.readString(Path.of(file)).strip();
    }
}
