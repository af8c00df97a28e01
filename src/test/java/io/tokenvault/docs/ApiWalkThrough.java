package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Postgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The commands of the API walk-through, run in order against a live service. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class ApiWalkThrough {
    @TestHTTPResource("/")
    URI address;

    @ConfigProperty(name = "token-vault.bootstrap.key")
    String bootstrapKey;

    @Test
    void everyCommandSucceeds() throws Exception {
        Markdown document = Markdown.read(Markdown.DOCS.resolve("reference/api.md"));
        ProcessBuilder bash = new ProcessBuilder(
                        "bash", "-euo", "pipefail", "-c", String.join("\n", document.blocks("sh")))
                .redirectErrorStream(true);
        bash.environment().put("URL", address.toString().replaceAll("/$", ""));
        bash.environment().put("KEY", adminKey());

        Process run = bash.start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(run.waitFor()).as(output).isZero();
    }

    private String adminKey() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(address.resolve("/v1/operators"))
                            .header("Authorization", "Bearer " + bootstrapKey)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("""
                                    {"name":"admin","environments":["*"],
                                     "roles":["issuer","validator","security","auditor","admin"]}
                                    """))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.body().replaceAll("(?s).*\"key\":\"([^\"]+)\".*", "$1");
        }
    }
}
