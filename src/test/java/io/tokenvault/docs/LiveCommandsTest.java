package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.tokenvault.testing.Postgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The commands of the documents, run in the order in which they stand against a live service. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
@TestProfile(LiveCommandsTest.OwnBootstrapKey.class)
class LiveCommandsTest {
    private static final String BOOTSTRAP_KEY = "the-bootstrap-key-of-the-documents-only";
    private static final List<String> DOCUMENTS =
            List.of("tutorial/first-token.md", "reference/api.md", "how-to/operators-and-bootstrap.md");

    @TestHTTPResource("/")
    URI address;

    /** A bootstrap key makes one admin, so these commands must not share one with other tests. */
    public static final class OwnBootstrapKey implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("token-vault.bootstrap.key", BOOTSTRAP_KEY);
        }
    }

    @Test
    void everyCommandSucceeds() throws Exception {
        String adminKey = adminKey();

        for (String document : DOCUMENTS) {
            List<String> commands =
                    Markdown.read(Markdown.DOCS.resolve(document)).blocks("sh");
            ProcessBuilder bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", String.join("\n", commands))
                    .redirectErrorStream(true);
            bash.environment().put("URL", address.toString().replaceAll("/$", ""));
            bash.environment().put("KEY", adminKey);
            Process run = bash.start();
            String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(run.waitFor()).as(document + ":\n" + output).isZero();
            assertThat(output).as(document).doesNotContain("\"type\":\"/problems/");
        }
    }

    private String adminKey() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(address.resolve("/v1/operators"))
                            .header("Authorization", "Bearer " + BOOTSTRAP_KEY)
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
