package io.tokenvault.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The round trip is content with right answers only, and says nothing of what it was given. */
class RoundTripTest {
    private static final String KEY = "tvo_canary-of-an-operator-key";
    private static final String TOKEN = "tv_prod_canary-of-a-token";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private ScriptedServer service;

    @BeforeEach
    void start() {
        service = new ScriptedServer(exchange -> exchange.getRequestMethod() + " " + exchange.getRequestURI());
    }

    @AfterEach
    void stop() {
        service.close();
        assertThat(said.toString(UTF_8)).doesNotContain(KEY).doesNotContain(TOKEN);
    }

    @Test
    void rightAnswers() throws IOException {
        service.then(200, "{}").then(401, "").then(200, "{\"active\":false}").then(200, "{\"active\":true}");

        assertThat(ask()).isZero();
        assertThat(service.requests()).startsWith("GET /q/health/ready", "POST /v1/validate");
        assertThat(said.toString(UTF_8).lines()).hasSize(4).allMatch(line -> line.startsWith("ok: "));
    }

    @Test
    void aServiceThatIsNotReady() throws IOException {
        service.then(503, "{}").then(401, "").then(200, "{\"active\":false}").then(200, "{\"active\":true}");

        assertThat(ask()).isEqualTo(1);
    }

    @Test
    void aServiceThatLetsAnybodyAsk() throws IOException {
        service.then(200, "{}")
                .then(200, "{\"active\":false}")
                .then(200, "{\"active\":false}")
                .then(200, "{\"active\":true}");

        assertThat(ask()).isEqualTo(1);
    }

    @Test
    void aVerdictThatIsNone() throws IOException {
        service.then(200, "{}").then(401, "").then(200, "{\"active\":\"no\"}").then(200, "{\"active\":true}");

        assertThat(ask()).isEqualTo(1);
    }

    @Test
    void aRefusedToken() throws IOException {
        service.then(200, "{}").then(401, "").then(200, "{\"active\":false}").then(200, "{\"active\":false}");

        assertThat(ask()).isEqualTo(1);
        assertThat(said.toString(UTF_8)).contains("not ok: it accepts a live token");
    }

    @Test
    void anAnswerThatIsNoJson() throws IOException {
        service.then(200, "{}").then(401, "").then(200, TOKEN);

        assertThat(ask()).isEqualTo(1);
    }

    @Test
    void noAnswer() throws IOException {
        service.then(200, "{}").thenCut();

        assertThat(ask()).isEqualTo(1);
    }

    @Test
    void argumentsThatAreMissing() {
        assertThat(new RoundTrip(new PrintStream(said, true, UTF_8)).ask(RoundTrip.COMMAND))
                .isEqualTo(2);
    }

    private int ask() throws IOException {
        return new RoundTrip(new PrintStream(said, true, UTF_8))
                .ask(
                        RoundTrip.COMMAND,
                        service.url().toString(),
                        service.url().toString(),
                        "production",
                        Files.writeString(folder.resolve("key"), KEY + "\n").toString(),
                        Files.writeString(folder.resolve("token"), TOKEN).toString());
    }
}
