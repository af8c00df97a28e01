package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The edge of the service as it is shipped, and what production refuses to start without. */
class PackagedEdgeIT {
    private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void withoutADatabaseOneLineSaysSo() {
        String log = refusal(ServiceProcess.in(folder).profile("prod").database(new TestDatabase("", "", "")));

        assertThat(log.lines().filter(line -> line.contains("quarkus.datasource.jdbc.url")))
                .singleElement()
                .asString()
                .startsWith("Refusing to start: the profile prod");
        assertThat(log).doesNotContain("\tat ", "\"frames\"");
    }

    @Test
    void withoutGatewaysOneLineSaysSo() {
        String log = refusal(ServiceProcess.in(folder).profile("prod"));

        assertThat(log.lines().filter(line -> line.contains("token-vault.authz.allowed-sources")))
                .singleElement()
                .asString()
                .startsWith("Refusing to start: the profile prod");
        assertThat(log).doesNotContain("\tat ", "\"frames\"");
    }

    @ParameterizedTest
    @CsvSource({
        "token-vault.trusted-proxies, 10.0.0.1/8",
        "token-vault.authz.allowed-sources, everyone",
    })
    void anUnreadableRangeStopsTheStart(String key, String range) {
        String log = refusal(ServiceProcess.in(folder).settings(key + "=" + range));

        assertThat(log).contains(key, "is not an address range in CIDR notation");
    }

    @Test
    void whatIsForDevelopmentIsNotThere() throws IOException {
        try (ServiceProcess service = ServiceProcess.in(folder).start()) {
            for (String path : new String[] {
                "/q",
                "/q/",
                "/q/dev",
                "/q/dev-ui",
                "/q/swagger-ui",
                "/q/swagger-ui/",
                "/q/health",
                "/q/health-ui",
                "/q/metrics",
                "/q/openapi",
                "/q/arc",
                "/q/info",
                "/swagger-ui",
                "/graphql-ui",
                "/h2-console",
                "/META-INF/openapi.yaml",
                "/application.properties",
                "/WEB-INF/web.xml",
                "/.env",
                "/.git/config",
            }) {
                RawClient.Answer answer = RawClient.once(service.port(), RawClient.get(path));

                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(answer.header("Content-Type")).as(path).isEqualTo("application/problem+json");
            }
        }
    }

    @Test
    void aHugeUploadGetsItsAnswer() throws IOException {
        byte[] chunk = ("100000\r\n" + "x".repeat(0x100000) + "\r\n").getBytes(US_ASCII);
        try (ServiceProcess service = ServiceProcess.in(folder).start();
                RawClient client = new RawClient(service.port())) {
            String[] head = {
                "POST /v1/leaked-tokens HTTP/1.1",
                "Host: edge",
                "Transfer-Encoding: chunked",
                "Content-Type: application/json",
            };
            client.write((String.join("\r\n", head) + "\r\n\r\n").getBytes(US_ASCII));
            for (int megabyte = 0; megabyte < 100; megabyte++) {
                client.write(chunk);
            }
            client.write("0\r\n\r\n".getBytes(US_ASCII));

            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).contains("body_too_large");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    private static String refusal(ServiceProcess.Description description) {
        try (ServiceProcess service = description.build()) {
            service.launch();

            int exitCode = service.awaitExit(LONGEST_REFUSAL).orElseThrow();
            assertThat(exitCode).isNotZero();
            return service.log();
        }
    }
}
