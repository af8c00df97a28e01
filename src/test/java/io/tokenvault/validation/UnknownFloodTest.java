package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Postgres;
import io.tokenvault.token.Credential;
import io.tokenvault.token.Mark;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten thousand well-formed tokens that nobody issued, as fast as they can be sent. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class UnknownFloodTest {
    private static final int BATCHES = 100;
    private static final int BATCH = 100;

    @Test
    void whoCallsInOrderNoticesNothing() throws Exception {
        Deployment service = Deployment.current();
        HttpCaller flooding = service.operator("validator", "production");
        SecureRandom random = new SecureRandom();
        String known = service.connect("production", "").text("/token/token");
        List<String> fresh = IntStream.range(0, 20)
                .mapToObj(_ -> service.connect("production", "").text("/token/token"))
                .toList();
        List<Future<JsonNode>> flood = new ArrayList<>();
        try (ExecutorService senders = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < BATCHES; i++) {
                String body = IntStream.range(0, BATCH)
                        .mapToObj(_ -> "{\"token\":\""
                                + Credential.newToken(new Mark("prod"), random).reveal() + "\"}")
                        .collect(Collectors.joining(",", "{\"tokens\":[", "]}"));
                flood.add(senders.submit(() ->
                        flooding.post("/v1/validate/batch", body).expect(200).json()));
            }
            for (String token : fresh) {
                assertThat(service.verdict(known, "production")).isEqualTo("current");
                assertThat(service.verdict(token, "production")).isEqualTo("current");
            }
        }

        for (Future<JsonNode> answers : flood) {
            for (JsonNode verdict : answers.get().path("results")) {
                assertThat(verdict.path("active").asBoolean(true)).isFalse();
                assertThat(verdict.path("reason").asText()).isIn("unknown", "rate_limited");
            }
        }
    }
}
