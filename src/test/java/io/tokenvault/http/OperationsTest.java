package io.tokenvault.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tokenvault.testing.Postgres;
import java.io.IOException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever runs the service sees of it, on the port of its own. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class OperationsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void livenessAsksForNothing() throws IOException {
        JsonNode health = MAPPER.readTree(manage("/q/health/live").body());

        assertThat(health.path("status").asText()).isEqualTo("UP");
        assertThat(health.path("checks")).isEmpty();
    }

    @Test
    void readinessNamesWhatItWaitsFor() throws IOException {
        JsonNode health = MAPPER.readTree(manage("/q/health/ready").body());

        assertThat(health.path("status").asText()).isEqualTo("UP");
        assertThat(health.findValuesAsText("name")).contains("database");
    }

    @Test
    void metricsTellNoPathThatACallerMadeUp() throws IOException {
        String[] odd = {
            "/authz/production/zebra?zebra=1",
            "/no/such/zebra",
            "/zebra/%zz",
            "/v1/edge-probe/zebra",
            "/v1/edge-probe/zebra/turn",
            "/problems/zebra"
        };
        for (String target : odd) {
            RawClient.once(RestAssured.port, RawClient.get(target));
        }
        RawClient.once(RestAssured.port, "GET /zebra HTTP/1.1\r\nConnection: close\r\n\r\n");

        String metrics = manage("/q/metrics").body();

        assertThat(metrics)
                .contains("http_server_requests_seconds_count", "uri=\"/authz/{environment}\"", "uri=\"/unreadable\"")
                .doesNotContain("zebra");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/q/metrics"})
    void operationsAreNotOnThePortOfCallers(String path) throws IOException {
        assertThat(RawClient.once(RestAssured.port, RawClient.get(path)).status())
                .isEqualTo(404);
    }

    private static RawClient.Answer manage(String path) throws IOException {
        int port = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        return RawClient.once(port, RawClient.get(path));
    }
}
