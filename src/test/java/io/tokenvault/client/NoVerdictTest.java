package io.tokenvault.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.client.Verdict.Cause;
import io.tokenvault.testing.Canary;
import io.tokenvault.testing.ScriptedServer;
import io.tokenvault.testing.Waiting;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service in any mood but the right one never makes the client accept. */
class NoVerdictTest {
    private static final String KEY = "tvo_0123456789AB" + "k".repeat(49);
    private static final String TOKEN = "tv_prod_0123456789AB" + "s".repeat(49);
    private static final String ACCEPTED = """
            {"active":true,"token_id":"0123456789AB","connection_id":"c0123456789abcdefghijklm","tenant":"acme",\
            "system":"netsuite","environment":"production","scopes":["raw:read"],"state":"current",\
            "expires_at":null,"retires_at":null}""";
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final Duration BRIEF = Duration.ofMillis(300);

    private final ScriptedServer server =
            new ScriptedServer(exchange -> exchange.getRequestMethod() + " " + exchange.getRequestURI());

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void theStandInCanGiveAGoodAnswer() {
        server.then(200, ACCEPTED);

        assertThat(ask(LONGEST)).isInstanceOf(Verdict.Accepted.class);
        assertThat(server.requests()).containsExactly("POST /v1/validate");
    }

    static Stream<Arguments> moods() {
        return Stream.of(
                mood("hangs", Cause.TIMEOUT, BRIEF, ScriptedServer::thenHang),
                mood("hangs in the body", Cause.TIMEOUT, BRIEF, ScriptedServer::thenHangInTheBody),
                mood("cuts, twice", Cause.CONNECTION, LONGEST, s -> s.thenCut().thenCut()),
                mood(
                        "cuts in the body, twice",
                        Cause.CONNECTION,
                        LONGEST,
                        s -> s.then(cut()).then(cut())),
                mood(
                        "5 MB of spaces",
                        Cause.CONNECTION,
                        LONGEST,
                        s -> s.then(large()).then(large())),
                mood("garbage", Cause.ANSWER, LONGEST, s -> s.then(200, "<html>welcome</html>")),
                mood("nothing", Cause.ANSWER, LONGEST, s -> s.then(200, "")),
                mood("another token", Cause.ANSWER, LONGEST, s -> s.then(200, ACCEPTED.replace("AB\"", "AC\""))),
                mood("another environment", Cause.ANSWER, LONGEST, s -> s.then(200, ACCEPTED.replace("prod", "b"))),
                mood("201", Cause.ANSWER, LONGEST, s -> s.then(201, ACCEPTED)),
                mood("204", Cause.ANSWER, LONGEST, s -> s.then(204, "")),
                mood("206", Cause.ANSWER, LONGEST, s -> s.then(206, ACCEPTED)),
                mood("a redirect", Cause.ANSWER, LONGEST, s -> s.then(302, ACCEPTED, Map.of("Location", "/elsewhere"))),
                mood("a lasting redirect", Cause.ANSWER, LONGEST, s -> s.then(308, ACCEPTED, Map.of("Location", "/x"))),
                mood("400", Cause.CALLER, LONGEST, s -> s.then(400, ACCEPTED)),
                mood("401", Cause.CALLER, LONGEST, s -> s.then(401, ACCEPTED)),
                mood("403", Cause.CALLER, LONGEST, s -> s.then(403, ACCEPTED)),
                mood("404", Cause.CALLER, LONGEST, s -> s.then(404, ACCEPTED)),
                mood("500", Cause.SERVICE, LONGEST, s -> s.then(500, ACCEPTED)),
                mood("503", Cause.SERVICE, LONGEST, s -> s.then(503, ACCEPTED)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("moods")
    void nothingButAVerdictIsOne(String mood, Cause cause, Duration timeout, Consumer<ScriptedServer> script) {
        script.accept(server);

        Verdict verdict = ask(timeout);

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Unavailable.class,
                        none -> assertThat(none.cause()).isEqualTo(cause));
        // A redirect is not followed: the token goes to one address only.
        assertThat(server.requests()).allMatch("POST /v1/validate"::equals);
    }

    @Test
    void aServerThatIsNotThereGivesNoVerdict() {
        URI gone = server.url();
        server.close();

        try (TokenVaultClient client = settings(gone, LONGEST).build()) {
            assertThat(client.validate(TOKEN, Demand.NONE))
                    .isEqualTo(new Verdict.Unavailable(Cause.CONNECTION, Duration.ofSeconds(1)));
        }
    }

    @Test
    void aConnectionThatWasJustClosedIsNoReasonToRefuse() {
        server.thenCut().then(200, ACCEPTED);

        assertThat(ask(LONGEST)).isInstanceOf(Verdict.Accepted.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "soon", "99999999999999999999", ""})
    void aStrangeRetryAfterIsAMoment(String told) {
        server.then(503, "", Map.of("Retry-After", told));

        assertThat(ask(LONGEST)).isEqualTo(new Verdict.Unavailable(Cause.SERVICE, Duration.ofSeconds(1)));
    }

    @Test
    void theWaitThatTheServiceAsksForIsHandedOn() {
        server.then(503, "", Map.of("Retry-After", "7"));

        assertThat(ask(LONGEST)).isEqualTo(new Verdict.Unavailable(Cause.SERVICE, Duration.ofSeconds(7)));
    }

    @Test
    void theCircuitOpensSparesTheServerAndClosesAgain() {
        try (TokenVaultClient client = settings(server.url(), LONGEST)
                .circuitBreaker(3, Duration.ofMillis(400))
                .build()) {
            for (int i = 0; i < 3; i++) {
                server.then(503, "");
                client.validate(TOKEN, Demand.NONE);
            }

            assertThat(client.validate(TOKEN, Demand.NONE))
                    .isEqualTo(new Verdict.Unavailable(Cause.CIRCUIT, Duration.ofSeconds(1)));
            assertThat(server.requests()).hasSize(3);

            server.then(200, ACCEPTED).then(200, ACCEPTED);
            assertThat(Waiting.until(LONGEST, () -> client.validate(TOKEN, Demand.NONE) instanceof Verdict.Accepted))
                    .isTrue();
            assertThat(client.validate(TOKEN, Demand.NONE)).isInstanceOf(Verdict.Accepted.class);
        }
    }

    @Test
    void noClientCanOpenTheCircuitWithWhatItSends() {
        try (TokenVaultClient client =
                settings(server.url(), LONGEST).circuitBreaker(1, LONGEST).build()) {
            server.then(400, "").then(429, "").then(401, "").then(200, ACCEPTED);
            client.validate("tv_prod_nonsense", Demand.NONE);
            for (int i = 0; i < 3; i++) {
                client.validate(TOKEN, Demand.NONE);
            }

            assertThat(client.validate(TOKEN, Demand.NONE)).isInstanceOf(Verdict.Accepted.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "tv_prod_x", "TV_PROD_0123456789AB", "tv_prod_\",\"environment\":\"sandbox", "é"})
    void whatIsNoTokenIsRefusedWithoutAsking(String text) {
        try (TokenVaultClient client = settings(server.url(), LONGEST).build()) {
            assertThat(client.validate(text, Demand.NONE)).isEqualTo(new Verdict.Refused(Reason.MALFORMED));
            assertThat(client.validate(TOKEN + "\n", Demand.NONE)).isEqualTo(new Verdict.Refused(Reason.MALFORMED));
        }
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "line\nbreak", "é"})
    void withoutAUsableKeyNothingIsAsked(String key) {
        try (TokenVaultClient client =
                settings(server.url(), LONGEST).key(() -> key).build()) {
            assertThat(client.validate(TOKEN, Demand.NONE))
                    .isEqualTo(new Verdict.Unavailable(Cause.CALLER, Duration.ofSeconds(1)));
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aNewKeyInTheFileCountsAndAMissingFileRefuses() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), KEY + "\n");
        try (ScriptedServer keys = new ScriptedServer(
                        exchange -> exchange.getRequestHeaders().getFirst("Authorization"));
                TokenVaultClient client = TokenVaultClient.of(keys.url(), "production", file)) {
            keys.then(200, ACCEPTED);
            client.validate(TOKEN, Demand.NONE);

            Files.writeString(file, "tvo_another");
            assertThat(Waiting.until(LONGEST, () -> {
                        keys.then(200, ACCEPTED);
                        client.validate(TOKEN, Demand.NONE);
                        return keys.requests().getLast().equals("Bearer tvo_another");
                    }))
                    .isTrue();

            Files.delete(file);
            assertThat(Waiting.until(
                            LONGEST,
                            () -> client.validate(TOKEN, Demand.NONE) instanceof Verdict.Unavailable none
                                    && none.cause() == Cause.CALLER))
                    .isTrue();
            assertThat(keys.requests().getFirst()).isEqualTo("Bearer " + KEY);
        }
    }

    @Test
    void anInterruptedThreadStaysInterruptedAndGetsNoVerdict() {
        server.thenHang();
        Thread.currentThread().interrupt();

        Verdict verdict = ask(LONGEST);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(verdict).isEqualTo(new Verdict.Unavailable(Cause.INTERRUPTED, Duration.ofSeconds(1)));
    }

    @Test
    void aClosedClientGivesNoVerdictAndThrowsNothing() {
        TokenVaultClient client = settings(server.url(), LONGEST).build();
        client.close();

        assertThat(client.validate(TOKEN, Demand.NONE)).isInstanceOf(Verdict.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://tokens.example.com",
                "ftp://127.0.0.1",
                "https://user:secret@tokens.example.com",
                "https://tokens.example.com/below",
                "https://tokens.example.com?x=1",
                "tokens.example.com",
                "http://127.0.0.1.example.com"
            })
    void tokensGoNowhereUnencryptedOrUnclear(String address) {
        TokenVaultSettings settings = settings(URI.create(address), LONGEST);

        assertThatThrownBy(settings::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void neitherTokenNorKeyIsInAnyLogAtAnyLevel() {
        List<String> said = new CopyOnWriteArrayList<>();
        Handler ear = new Handler() {
            @Override
            public void publish(LogRecord heard) {
                said.add(heard.getLoggerName() + " " + heard.getMessage() + " "
                        + List.of(heard.getParameters() == null ? new Object[0] : heard.getParameters()) + " "
                        + heard.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        ear.setLevel(Level.ALL);
        Logger root = LogManager.getLogManager().getLogger("");
        Level before = root.getLevel();
        root.setLevel(Level.ALL);
        root.addHandler(ear);
        try (TokenVaultClient client = settings(server.url(), BRIEF)
                .circuitBreaker(2, Duration.ofMillis(1))
                .build()) {
            server.then(200, ACCEPTED);
            said.add(client.validate(TOKEN, Demand.scopes("raw:read")).toString());
            server.then(200, TOKEN);
            said.add(client.validate(TOKEN, Demand.NONE).toString());
            server.thenHang();
            said.add(client.validate(TOKEN, Demand.NONE).toString());
            server.thenCut().thenCut();
            said.add(client.validate(TOKEN, Demand.NONE).toString());
            server.then(401, KEY + TOKEN, Map.of("Retry-After", KEY));
            said.add(client.validate(TOKEN, Demand.NONE).toString());
            said.add(client.validate(TOKEN + "x", Demand.NONE).toString());
            said.add(client.toString());
        } finally {
            root.removeHandler(ear);
            root.setLevel(before);
        }

        assertThat(said).anyMatch(line -> line.startsWith("io.tokenvault.client Token Vault gives no verdicts"));
        String everything = String.join("\n", said);
        assertThat(Canary.of("token", TOKEN).foundIn("log", everything)).isEmpty();
        assertThat(Canary.of("key", KEY).foundIn("log", everything)).isEmpty();
        // The secret part alone would do harm as well.
        assertThat(everything).doesNotContain("s".repeat(12)).doesNotContain("k".repeat(12));
    }

    private Verdict ask(Duration timeout) {
        try (TokenVaultClient client = settings(server.url(), timeout).build()) {
            return client.validate(TOKEN, Demand.NONE);
        }
    }

    private static TokenVaultSettings settings(URI url, Duration timeout) {
        return TokenVaultClient.at(url).environment("production").key(() -> KEY).timeout(timeout);
    }

    private static Arguments mood(String name, Cause cause, Duration timeout, Consumer<ScriptedServer> script) {
        return Arguments.of(name, cause, timeout, script);
    }

    private static ScriptedServer.Answer cut() {
        return ScriptedServer.cutAfter(200, ACCEPTED);
    }

    private static ScriptedServer.Answer large() {
        return exchange -> {
            byte[] spaces = " ".repeat(5_000_000).getBytes(UTF_8);
            exchange.sendResponseHeaders(200, spaces.length + ACCEPTED.length());
            exchange.getResponseBody().write(spaces);
            exchange.getResponseBody().write(ACCEPTED.getBytes(UTF_8));
            exchange.close();
        };
    }
}
