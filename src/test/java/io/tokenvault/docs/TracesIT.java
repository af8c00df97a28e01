package io.tokenvault.docs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.SpanCollector;
import io.tokenvault.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces tell where the time went and not who asked for what, and nothing at all until somebody wants them. */
class TracesIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @TempDir
    Path folder;

    private final SpanCollector collector = SpanCollector.start();
    private ServiceProcess service;
    private Deployment deployment;
    private HttpAnswer created;

    private void start(String settings) {
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .settings("quarkus.otel.exporter.otlp.endpoint=" + collector.address())
                .settings("quarkus.otel.exporter.otlp.protocol=http/protobuf")
                .settings("quarkus.otel.bsp.schedule.delay=PT0.2S")
                .settings(settings)
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        created = deployment.connect("production", "");
    }

    @AfterEach
    void end() {
        service.close();
        collector.close();
    }

    private void askWith(String token) {
        Map<String, String> sampled = Map.of("traceparent", SAMPLED);
        deployment
                .admin()
                .send(
                        "POST",
                        "/v1/validate",
                        "{\"token\":\"%s\",\"environment\":\"production\"}".formatted(token),
                        sampled);
        deployment.anyone().as(token).send("GET", "/authz/production/orders/" + token + "?key=" + token, "", sampled);
        deployment.anyone().send("GET", "/nothing/" + token + "?key=" + token, "", sampled);
    }

    @Test
    void aRequestIsOnTheTraceOfItsCallerAndTellsNothingThatTheCallerMadeUp() {
        start("quarkus.otel.sdk.disabled=false");
        String token = created.text("/token/token");

        askWith(token);

        String trace = new String(HexFormat.of().parseHex(TRACE), ISO_8859_1);
        assertThat(Waiting.until(
                        SOON,
                        () -> collector.received().contains(trace)
                                && collector.received().contains("/v1/validate")
                                && collector.received().contains("GET /authz/*")
                                && collector.received().contains("secrets put")))
                .isTrue();
        assertThat(collector.received())
                .doesNotContain(token, token.substring(12, 40), "orders", "nothing")
                .doesNotContain(created.text("/connection/connection_id"), BOOTSTRAP_KEY, "tvo_");
    }

    @Test
    void latencyHasExemplars() {
        start("quarkus.otel.sdk.disabled=false");

        askWith(created.text("/token/token"));

        assertThat(Waiting.until(
                        SOON,
                        () -> service.management()
                                .send("GET", "/q/metrics", "", Map.of("Accept", OPEN_METRICS))
                                .body()
                                .contains("trace_id=\"" + TRACE)))
                .isTrue();
    }

    @Test
    void nothingIsToldUntilItIsWanted() {
        start("");

        askWith(created.text("/token/token"));
        Waiting.pause(Duration.ofSeconds(2));

        assertThat(collector.received()).isEmpty();
        assertThat(service.management()
                        .send("GET", "/q/metrics", "", Map.of("Accept", OPEN_METRICS))
                        .expect(200)
                        .body())
                .doesNotContain("trace_id");
    }
}
