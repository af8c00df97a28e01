package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests as no client library sends them: each gets exactly one answer of the kind expected, and never a 5xx. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class MalformedRequestsTest {
    private static final String CLOSE = "Host: edge\r\nConnection: close\r\n";

    /** What the service itself refuses: problem documents. */
    static Stream<Arguments> targets() {
        return Stream.of(
                Arguments.of("/v1/edge-probe/", 404),
                Arguments.of("//v1/edge-probe", 404),
                Arguments.of("/v1//edge-probe", 404),
                Arguments.of("/v1/edge-probe;x=1", 404),
                Arguments.of("/v1;x=1/edge-probe", 404),
                Arguments.of("/v1/./edge-probe", 404),
                Arguments.of("/x/../v1/edge-probe", 404),
                Arguments.of("/v1/%2e/edge-probe", 404),
                Arguments.of("/x/%2E%2e/v1/edge-probe", 404),
                Arguments.of("/v1%2fedge-probe", 404),
                Arguments.of("/v1\\edge-probe", 404),
                Arguments.of("/v1/%5cedge-probe", 404),
                Arguments.of("/v1/edge-probe%00", 404),
                Arguments.of("/v1/edge-probe%0d%0aX-Injected:%20yes", 404),
                Arguments.of("/V1/edge-probe", 404),
                Arguments.of("/v1/edge-prob%65/", 404),
                Arguments.of("/problems/", 404),
                Arguments.of("/problems/conflict/", 404),
                Arguments.of("/edge-raw/echo/", 404),
                Arguments.of("/edge-raw/%65cho", 404),
                Arguments.of("*", 404),
                Arguments.of("v1/edge-probe", 404),
                Arguments.of("/%zz", 400),
                Arguments.of("/v1/edge-probe/%", 400),
                Arguments.of("/v1/edge-probe/%f", 400),
                Arguments.of("/v1/edge-probe/%ff", 400),
                Arguments.of("/v1/edge-probe#part", 400),
                Arguments.of("/v1/{id}", 400),
                Arguments.of("http://elsewhere/v1/edge-probe/", 404));
    }

    /** What the parser of the server refuses, or what it must not take for two requests. */
    static Stream<Arguments> requests() {
        String chunked = "POST /edge-raw/echo HTTP/1.1\r\n" + CLOSE
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                Arguments.of("no host", "GET /v1/edge-probe HTTP/1.1\r\nConnection: close\r\n\r\n"),
                Arguments.of("no version", "GET /v1/edge-probe\r\n\r\n"),
                Arguments.of("unknown version", "GET /v1/edge-probe HTTP/9.9\r\n" + CLOSE + "\r\n"),
                Arguments.of("no target", "GET  HTTP/1.1\r\n" + CLOSE + "\r\n"),
                Arguments.of("garbage", "\u0016\u0003\u0001 what is this\r\n\r\n"),
                Arguments.of("space in the target", "GET /v1/edge probe HTTP/1.1\r\n" + CLOSE + "\r\n"),
                Arguments.of("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}")),
                Arguments.of("a list of lengths", post("Content-Length: 2, 3\r\n", "{}")),
                Arguments.of("a negative length", post("Content-Length: -2\r\n", "{}")),
                Arguments.of("a signed length", post("Content-Length: +2\r\n", "{}")),
                Arguments.of("no number as length", post("Content-Length: two\r\n", "{}")),
                Arguments.of("a length beyond long", post("Content-Length: 99999999999999999999\r\n", "{}")),
                Arguments.of(
                        "length and chunks", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
                Arguments.of("unknown coding", post("Transfer-Encoding: rot13\r\n", "{}")),
                Arguments.of("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
                Arguments.of("no number as chunk size", chunked + "zz\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("a negative chunk size", chunked + "-2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("a chunk longer than said", chunked + "1\r\n{}}}}}}\r\n0\r\n\r\n"),
                Arguments.of("a space before the colon", "GET / HTTP/1.1\r\nX-Odd : x\r\n" + CLOSE + "\r\n"),
                Arguments.of("NUL in a header", "GET / HTTP/1.1\r\nX-Odd: a\u0000b\r\n" + CLOSE + "\r\n"),
                Arguments.of("a bare CR in a header", "GET / HTTP/1.1\r\nX-Odd: a\rb\r\n" + CLOSE + "\r\n"),
                Arguments.of("a header without a name", "GET / HTTP/1.1\r\n: x\r\n" + CLOSE + "\r\n"),
                Arguments.of(
                        "a header that is too long",
                        "GET / HTTP/1.1\r\nX-Odd: " + "x".repeat(17_000) + "\r\n" + CLOSE + "\r\n"),
                Arguments.of(
                        "a target that is too long", "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\n" + CLOSE + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void oddTargetsGetProblemDocuments(String target, int status) throws IOException {
        RawClient.Answer answer = RawClient.once(RestAssured.port, RawClient.get(target));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("X-Injected")).isEmpty();
        assertThat(answer.body()).contains(answer.header("X-Request-Id"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void oddRequestsAreRefusedOnceAndTheConnectionEnds(String name, String request) throws IOException {
        try (RawClient client = new RawClient(RestAssured.port)) {
            RawClient.Answer answer = client.send(request);

            assertThat(answer.head()).matches("(?s)|HTTP/\\d.\\d (4\\d\\d|501) .*");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aSmuggledRequestIsNotAnswered() throws IOException {
        try (RawClient client = new RawClient(RestAssured.port)) {
            RawClient.Answer answer = client.send(post(
                    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                    "0\r\n\r\n" + RawClient.get("/v1/edge-probe")));

            assertThat(answer.status()).isBetween(400, 499);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    /** Sooner than the patience with slow bodies ends: what ends it is the connection. */
    @Test
    void aBrokenBodyHoldsNoThread() throws IOException {
        String head = "POST /edge-raw/echo HTTP/1.1\r\n" + CLOSE + "Content-Type: application/json\r\n";
        for (int i = 0; i < 50; i++) {
            RawClient.once(RestAssured.port, head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");
            RawClient.once(RestAssured.port, head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}}}}\r\n0\r\n\r\n");
            try (RawClient client = new RawClient(RestAssured.port)) {
                client.write((head + "Content-Length: 100\r\n\r\n{").getBytes(US_ASCII));
            }
        }

        assertThat(Waiting.until(Duration.ofSeconds(10), () -> EdgeProbeRoutes.RUNNING.get() == 0))
                .isTrue();
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RawClient client = new RawClient(RestAssured.port)) {
            String two = RawClient.get("/v1/edge-probe", "X-Request-Id: the-first-one")
                    + RawClient.get("/no/such/path", "X-Request-Id: the-second-one");

            assertThat(client.send(two).header("X-Request-Id")).isEqualTo("the-first-one");
            assertThat(client.read().header("X-Request-Id")).isEqualTo("the-second-one");
        }
    }

    private static String post(String headers, String body) {
        return "POST /edge-raw/echo HTTP/1.1\r\nHost: edge\r\nContent-Type: application/json\r\n" + headers + "\r\n"
                + body;
    }
}
