package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class RevocationTest {
    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    @Test
    void aRevokedTokenIsDeadOnReturnAndStaysSo() {
        HttpAnswer created = service.connect("production", "");
        String path = "/v1/tokens/" + created.text("/token/token_id") + "/revoke";

        HttpAnswer revoked =
                service.admin().post(path, "{\"reason\":\"lost laptop\"}").expect(200);

        assertThat(revoked.text("/data/state")).isEqualTo("revoked");
        assertThat(revoked.text("/data/revoke_reason")).isEqualTo("lost laptop");
        assertThat(revoked.text("/effective/how")).isEqualTo("single_replica");
        assertThat(service.verdict(created.text("/token/token"), "production")).isEqualTo("revoked");
        HttpAnswer again =
                service.admin().post(path, "{\"reason\":\"another\"}").expect(200);
        assertThat(again.json().path("data")).isEqualTo(revoked.json().path("data"));
        assertThat(again.json().path("effective").isNull()).isFalse();
    }

    @Test
    void aDryRunSaysWhatWouldDieAndChangesNothing() {
        String tenant = "tenant-" + System.nanoTime();
        HttpAnswer one = connect(tenant);
        HttpAnswer two = connect(tenant);
        String filter = "\"filter\":{\"environment\":\"sandbox\",\"tenant\":\"" + tenant + "\"},\"reason\":\"drill\"";

        HttpAnswer dry = service.admin()
                .post("/v1/revocations", "{" + filter + ",\"dry_run\":true}")
                .expect(200);
        assertThat(dry.json().path("matched").asInt()).isEqualTo(2);
        assertThat(dry.json().path("revoked").asInt()).isZero();
        assertThat(dry.json().path("tenants").asInt()).isEqualTo(1);
        assertThat(dry.json().path("effective").isNull()).isTrue();
        assertThat(service.verdict(one.text("/token/token"), "sandbox")).isEqualTo("current");

        HttpAnswer real =
                service.admin().post("/v1/revocations", "{" + filter + "}").expect(200);
        assertThat(real.json().path("revoked").asInt()).isEqualTo(2);
        assertThat(real.text("/hash")).isEqualTo(dry.text("/hash"));
        assertThat(service.verdict(one.text("/token/token"), "sandbox")).isEqualTo("revoked");
        assertThat(service.verdict(two.text("/token/token"), "sandbox")).isEqualTo("revoked");
    }

    @Test
    void whoeverFindsATokenCanEndIt() {
        HttpAnswer created = service.connect("production", "");
        String token = created.text("/token/token");
        String lookAlike = token.substring(0, token.length() - 1) + (token.endsWith("0") ? "1" : "0");
        String body = "{\"tokens\":[\"%s\",\"%s\",\"nonsense\"],\"source\":\"a paste\"}".formatted(lookAlike, token);

        HttpAnswer answer = service.anyone().post("/v1/leaked-tokens", body).expect(202);

        assertThat(answer.body()).isEqualTo("{\"received\":3}");
        assertThat(service.verdict(token, "production")).isEqualTo("revoked");
    }

    @Test
    void gitHubsFormatIsUnderstood() {
        String token = service.connect("production", "").text("/token/token");
        String body = "[{\"token\":\"" + token
                + "\",\"type\":\"token_vault\",\"url\":\"https://example.com\",\"source\":\"content\"}]";

        HttpAnswer answer = service.anyone()
                .send("POST", "/v1/leaked-tokens", body, Map.of())
                .expect(202);

        assertThat(answer.body()).isEqualTo("{\"received\":1}");
        assertThat(service.verdict(token, "production")).isEqualTo("revoked");
    }

    private HttpAnswer connect(String tenant) {
        return service.admin()
                .post(
                        "/v1/connections",
                        "{\"tenant\":\"" + tenant + "\",\"system\":\"custom\",\"environment\":\"sandbox\"}")
                .expect(201);
    }
}
