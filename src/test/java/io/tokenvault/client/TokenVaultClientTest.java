package io.tokenvault.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client and the real service understand each other. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class TokenVaultClientTest {
    private Deployment service;
    private TokenVaultClient client;

    @BeforeEach
    void aClient() {
        service = Deployment.current();
        client = settings(service.operatorKey("validator", "production")).build();
    }

    @AfterEach
    void end() {
        client.close();
    }

    @Test
    void aGoodTokenIsAcceptedAndDescribed() {
        HttpAnswer connection =
                service.connect("production", "\"scopes\":[\"vendors:read\",\"raw:read\"],\"expires_in\":\"PT1H\"");

        Verdict.Accepted verdict =
                (Verdict.Accepted) client.validate(connection.text("/token/token"), Demand.scopes("raw:read"));

        assertThat(verdict.tokenId()).isEqualTo(connection.text("/token/token_id"));
        assertThat(verdict.connectionId()).isEqualTo(connection.text("/connection/connection_id"));
        assertThat(verdict.tenant()).isEqualTo("acme");
        assertThat(verdict.system()).isEqualTo("netsuite");
        assertThat(verdict.environment()).isEqualTo("production");
        assertThat(verdict.scopes()).isEqualTo(Set.of("vendors:read", "raw:read"));
        assertThat(verdict.state()).isEqualTo(Verdict.State.CURRENT);
        assertThat(verdict.expiresAt().orElseThrow()).isEqualTo(connection.text("/token/expires_at"));
        assertThat(verdict.retiresAt()).isEmpty();
    }

    @Test
    void aRevocationHoldsFromTheNextQuestionOn() {
        for (int i = 0; i < 20; i++) {
            HttpAnswer connection = service.connect("production", "");
            String token = connection.text("/token/token");
            assertThat(client.validate(token, Demand.NONE)).isInstanceOf(Verdict.Accepted.class);

            service.admin()
                    .post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "")
                    .expect(200);

            assertThat(client.validate(token, Demand.NONE)).isEqualTo(new Verdict.Refused(Reason.REVOKED));
        }
    }

    @Test
    void theAddressOfTheRequestCounts() throws Exception {
        String token = service.connect("production", "\"allowed_cidrs\":[\"192.0.2.0/24\",\"2001:db8::/32\"]")
                .text("/token/token");

        assertThat(from(token, "192.0.2.7")).isInstanceOf(Verdict.Accepted.class);
        assertThat(from(token, "2001:db8::1")).isInstanceOf(Verdict.Accepted.class);
        assertThat(from(token, "198.51.100.1")).isEqualTo(new Verdict.Refused(Reason.SOURCE_IP_NOT_ALLOWED));
        assertThat(client.validate(token, Demand.NONE)).isEqualTo(new Verdict.Refused(Reason.SOURCE_IP_NOT_ALLOWED));
    }

    @Test
    void aCallerWhoMayNotAskGetsNoVerdict() {
        String token = service.connect("production", "").text("/token/token");

        for (String key : List.of(
                service.operatorKey("auditor", "production"),
                service.operatorKey("validator", "sandbox"),
                "tvo_unknown",
                token)) {
            try (TokenVaultClient stranger = settings(key).build()) {
                assertThat(stranger.validate(token, Demand.NONE))
                        .isEqualTo(new Verdict.Unavailable(Verdict.Cause.CALLER, Duration.ofSeconds(1)));
            }
        }
    }

    @Test
    void manyThreadsAtOnceAllGetTheirOwnVerdict() throws Exception {
        String good = service.connect("production", "").text("/token/token");
        String foreign = service.connect("sandbox", "").text("/token/token");
        List<Future<Verdict>> goods = new ArrayList<>();
        List<Future<Verdict>> foreigns = new ArrayList<>();
        try (TokenVaultClient patient = settings(service.operatorKey("validator", "production"))
                        .timeout(Duration.ofSeconds(30))
                        .build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 500; i++) {
                goods.add(threads.submit(() -> patient.validate(good, Demand.NONE)));
                foreigns.add(threads.submit(() -> patient.validate(foreign, Demand.NONE)));
            }
        }

        for (Future<Verdict> verdict : goods) {
            assertThat(verdict.get()).isInstanceOf(Verdict.Accepted.class);
        }
        for (Future<Verdict> verdict : foreigns) {
            assertThat(verdict.get()).isEqualTo(new Verdict.Refused(Reason.WRONG_ENVIRONMENT));
        }
    }

    private Verdict from(String token, String address) throws Exception {
        return client.validate(token, Demand.NONE.from(InetAddress.getByName(address)));
    }

    private static TokenVaultSettings settings(String key) {
        int port = ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
        return TokenVaultClient.at(URI.create("http://127.0.0.1:" + port))
                .environment("production")
                .key(() -> key);
    }
}
