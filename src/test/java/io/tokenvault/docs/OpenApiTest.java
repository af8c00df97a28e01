package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Postgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The description that the service gives of itself is the file that is reviewed, word for word. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class OpenApiTest {
    @TestHTTPResource("/openapi")
    URI address;

    @Test
    void isServedAsItWasWritten() throws Exception {
        HttpResponse<String> answer = get("?format=json");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        JsonNode served = new ObjectMapper().readTree(answer.body());
        assertThat(served).isEqualTo(ApiDescription.read().document());
    }

    @Test
    void isServedAsYamlByDefault() throws Exception {
        HttpResponse<String> answer = get("");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("openapi: 3.1").contains("operationId: validateToken");
    }

    private HttpResponse<String> get(String query) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(address + query)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
