package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tokenvault.testing.Postgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class EdgeTest {
    private static final String JSON = "Content-Type: application/json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void answersLookTheSame() throws IOException {
        RawClient.Answer answer = send(RawClient.get("/v1/edge-probe", "X-Request-Id: caller-42.x_y"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"request_id\":\"caller-42.x_y\",\"virtual_thread\":true}");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Request-Id")).isEqualTo("caller-42.x_y");
        assertThat(answer.header("Server")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "has space in it", "quote\"quote", "tab\there.....", "ümlaut-ümlaut"})
    void anUnfitRequestIdIsReplaced(String sent) throws IOException {
        RawClient.Answer answer = send(RawClient.get("/v1/edge-probe", "X-Request-Id: " + sent));

        assertThat(answer.header("X-Request-Id")).matches("[0-9a-f]{32}");
    }

    @Test
    void twoRequestIdsAreReplacedByOne() throws IOException {
        RawClient.Answer answer =
                send(RawClient.get("/v1/edge-probe", "X-Request-Id: caller-one", "X-Request-Id: caller-two"));

        assertThat(answer.header("X-Request-Id")).matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/edge-probe/1/fails/forbidden, 403, forbidden",
        "/v1/edge-probe/1/fails/credential, 401, unauthenticated",
        "/v1/edge-probe/1/fails/nothing, 404, not_found",
        "/v1/edge-probe/1/fails/busy, 409, conflict",
        "/v1/edge-probe/1/fails/database, 503, database_unavailable",
        "/v1/edge-probe/1/fails/bug, 500, internal_error",
        "/edge-raw/bug, 500, internal_error",
        "/no/such/path, 404, not_found",
        "/q/dev-ui, 404, not_found",
        "/q/health, 404, not_found",
        "/authz, 404, not_found",
        "/problems/none, 404, not_found",
    })
    void failuresAreProblemDocuments(String path, int status, String code) throws IOException {
        RawClient.Answer answer = send(RawClient.get(path, "Accept: application/json"));

        assertProblem(answer, status, code);
        assertThat(answer.head() + answer.body()).doesNotContain("canary", "Exception");
    }

    @Test
    void aFailureOfOursIsLoggedOnceWithoutItsMessage() throws IOException {
        List<String> logged = new ArrayList<>();
        Handler recorder = recorder(logged);
        Logger logger = Logger.getLogger(Failures.class.getName());
        logger.addHandler(recorder);
        try {
            send(RawClient.get("/v1/edge-probe/1/fails/bug", "X-Request-Id: find-me-in-the-log"));
        } finally {
            logger.removeHandler(recorder);
        }

        assertThat(logged).hasSize(1);
        assertThat(logged.getFirst())
                .contains("find-me-in-the-log", "java.lang.IllegalStateException", "EdgeProbe")
                .doesNotContain(EdgeProbe.CANARY);
    }

    @Test
    void challengesTellMissingFromBadCredentials() throws IOException {
        RawClient.Answer answer = send(RawClient.get("/v1/edge-probe/1/fails/credential"));

        assertThat(answer.header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"token-vault\", error=\"invalid_token\"");
    }

    @ParameterizedTest
    @CsvSource({"busy, 2", "database, 1"})
    void waitsAreWholeSeconds(String how, String seconds) throws IOException {
        RawClient.Answer answer = send(RawClient.get("/v1/edge-probe/1/fails/" + how));

        assertThat(answer.header("Retry-After")).isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT /v1/edge-probe | GET, HEAD, POST",
                "OPTIONS /v1/edge-probe | GET, HEAD, POST",
                "TRACE /v1/edge-probe | GET, HEAD, POST",
                "GET /v1/edge-probe/7 | DELETE",
                "GET /v1/edge-probe/7/turn | POST",
                "DELETE /v1/edge-probe/7/turn | POST",
                "GET /edge-raw/echo | POST",
                "POST /problems | GET, HEAD",
                "BREW /problems/conflict | GET, HEAD",
            })
    void aWrongMethodIsToldTheRightOnes(String start, String allowed) throws IOException {
        RawClient.Answer answer = send(start + " HTTP/1.1\r\nHost: edge\r\n\r\n");

        assertProblem(answer, 405, "method_not_allowed");
        assertThat(answer.header("Allow")).isEqualTo(allowed);
    }

    @Test
    void headAnswersAsGetWithoutBody() throws IOException {
        try (RawClient client = client()) {
            client.write("HEAD /v1/edge-probe HTTP/1.1\r\nHost: edge\r\n\r\n".getBytes(US_ASCII));
            String head = client.readHead();

            assertThat(head).startsWith("HTTP/1.1 200");
            assertThat(client.send(RawClient.get("/v1/edge-probe")).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, 200",
        "*/*, 200",
        "'text/html, application/*;q=0.1', 200",
        "text/html, 406",
        "application/xml, 406",
    })
    void acceptIsHonoured(String accept, int status) throws IOException {
        RawClient.Answer answer = send(RawClient.get("/v1/edge-probe", "Accept: " + accept));

        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void everyFieldErrorIsNamed() throws IOException {
        RawClient.Answer answer =
                send(RawClient.post("/v1/edge-probe", "{\"display_name\":7,\"count\":10,\"colour\":\"red\"}", JSON));

        assertProblem(answer, 400, "malformed_request");
        assertThat(MAPPER.readTree(answer.body()).findValuesAsText("field"))
                .containsExactly("display_name", "count", "colour");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/edge-probe", "/edge-raw/echo"})
    void noBodyIsAnEmptyObject(String path) throws IOException {
        assertThat(send("POST " + path + " HTTP/1.1\r\nHost: edge\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(send(RawClient.post(path, "")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Type: text/plain|",
                "Content-Type: application/json; charset=iso-8859-1|",
                "Content-Type: ;;;|",
                "Content-Type:|",
                "X-Nothing: at all|",
                "Content-Type: application/json|Content-Type: application/json",
                "Content-Type: application/json|Content-Encoding: gzip",
            })
    void otherMediaTypesAreNotRead(String first, String second) throws IOException {
        String[] headers = second == null ? new String[] {first} : new String[] {first, second};

        assertProblem(send(RawClient.post("/v1/edge-probe", "{}", headers)), 415, "unsupported_media_type");
        assertProblem(send(RawClient.post("/edge-raw/echo", "{}", headers)), 415, "unsupported_media_type");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/edge-probe, {}, 65536, 200",
        "/edge-raw/echo, {}, 65536, 200",
        "/v1/leaked-tokens, '{\"tokens\":[]}', 1048576, 202",
    })
    void bodiesAreReadUpToTheirLimit(String path, String body, int limit, int status) throws IOException {
        String longest = body + " ".repeat(limit - body.length());

        try (RawClient client = client()) {
            assertThat(client.send(RawClient.post(path, longest, JSON)).status())
                    .isEqualTo(status);
            RawClient.Answer answer = client.send(RawClient.post(path, longest + " ", JSON));
            assertProblem(answer, 413, "body_too_large");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/edge-probe", "/edge-raw/echo"})
    void chunksAreCounted(String path) throws IOException {
        String chunk = "8000\r\n" + " ".repeat(0x8000) + "\r\n";
        String head = "POST " + path + " HTTP/1.1\r\nHost: edge\r\nTransfer-Encoding: chunked\r\n" + JSON + "\r\n\r\n";

        assertThat(send(head + "2\r\n{}\r\n8000\r\n" + " ".repeat(0x8000) + "\r\n0\r\n\r\n")
                        .status())
                .isEqualTo(200);
        assertProblem(send(head + chunk.repeat(64) + "0\r\n\r\n"), 413, "body_too_large");
    }

    @Test
    void anAnnouncedBodyIsRefusedBeforeItIsSent() throws IOException {
        assertProblem(
                send("POST /v1/edge-probe HTTP/1.1\r\nHost: edge\r\nContent-Length: 9000000000000\r\n" + JSON
                        + "\r\n\r\n"),
                413,
                "body_too_large");
    }

    @Test
    void aClientThatWaitsIsToldToContinue() throws IOException {
        try (RawClient client = client()) {
            client.write(("POST /v1/edge-probe HTTP/1.1\r\nHost: edge\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
                            + JSON + "\r\n\r\n")
                    .getBytes(US_ASCII));
            assertThat(client.read().status()).isEqualTo(100);
            assertThat(client.send("{}").status()).isEqualTo(200);
        }
    }

    @Test
    void anUnreadBodyDoesNotHoldUpTheConnection() throws IOException {
        try (RawClient client = client()) {
            assertThat(client.send(RawClient.post("/no/such/path", " ".repeat(3_000_000), JSON))
                            .status())
                    .isEqualTo(404);
            assertThat(client.send(RawClient.get("/v1/edge-probe")).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"/edge-raw/echo, POST, virtual", "/edge-raw/loop, GET, event-loop"})
    void rawRoutesRunWhereTheySay(String path, String method, String thread) throws IOException {
        RawClient.Answer answer =
                send(method + " " + path + " HTTP/1.1\r\nHost: edge\r\nX-Request-Id: raw-request\r\n\r\n");

        assertThat(answer.header("X-Thread")).isEqualTo(thread);
        assertThat(answer.header("X-Seen-Id")).isEqualTo("raw-request");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/authz/",
                "/authz/nowhere",
                "/authz/../v1/edge-probe",
                "/authz/production//a/%2e%2e/b;c=1",
                "/authz/production/%zz?scope=a%20b",
                "/authz/production/a%2Fb%00",
            })
    void gatewaysTargetsReachTheirRouteUntouched(String target) throws IOException {
        RawClient.Answer answer = send(RawClient.get(target));

        assertProblem(answer, 403, "forbidden");
        assertThat(answer.header("X-Token-Vault-Reason")).isEqualTo("forbidden");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void everyProblemHasAPage(ProblemCode problem) throws IOException {
        RawClient.Answer answer = send(RawClient.get("/problems/" + problem.code()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'", "style-src 'sha256-");
        assertThat(answer.body()).contains(problem.code(), problem.title());
        assertThat(send(RawClient.get("/problems")).body()).contains("href=\"/problems/" + problem.code());
    }

    @Test
    void noPermissionStandsOnAPathPattern() throws IOException {
        String settings = Files.readString(Path.of("src/main/resources/application.properties"));

        assertThat(settings).doesNotContain("quarkus.http.auth.permission").contains("auth.proactive=false");
    }

    private RawClient client() throws IOException {
        return new RawClient(RestAssured.port);
    }

    private RawClient.Answer send(String request) throws IOException {
        return RawClient.once(RestAssured.port, request);
    }

    private static void assertProblem(RawClient.Answer answer, int status, String code) throws IOException {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = MAPPER.readTree(answer.body());
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("type").asText()).isEqualTo("/problems/" + code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(problem.path("request_id").asText()).isEqualTo(answer.header("X-Request-Id"));
    }

    private static Handler recorder(List<String> logged) {
        return new Handler() {
            @Override
            public void publish(LogRecord entry) {
                StringWriter stack = new StringWriter();
                if (entry.getThrown() != null) {
                    entry.getThrown().printStackTrace(new PrintWriter(stack));
                }
                logged.add(new PatternFormatter("%s").format(ExtLogRecord.wrap(entry)) + stack);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
