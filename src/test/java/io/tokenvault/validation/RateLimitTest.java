package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import org.junit.jupiter.api.Test;

/** A limit as its holder meets it. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class RateLimitTest {

    @Test
    void afterTheBurstTheTokenIsLimitedAndSaysSo() {
        Deployment service = Deployment.current();
        String token = limited(service, 3).text("/token/token");
        for (int i = 0; i < 3; i++) {
            assertThat(service.verdict(token, "production")).isEqualTo("current");
        }

        HttpAnswer verdict = service.validate(token, "production", "").expect(200);

        assertThat(verdict.body()).isEqualTo("{\"active\":false,\"reason\":\"rate_limited\"}");
    }

    @Test
    void aGatewayIsToldWhenToComeBack() {
        Deployment service = Deployment.current();
        String token = limited(service, 1).text("/token/token");
        service.anyone().as(token).get("/authz/production").expect(200);

        HttpAnswer refused = service.anyone().as(token).get("/authz/production").expect(429);

        assertThat(refused.text("/code")).isEqualTo("rate_limited");
        assertThat(refused.header("X-Token-Vault-Reason")).contains("rate_limited");
        assertThat(Long.parseLong(refused.header("Retry-After").orElseThrow())).isBetween(1L, 3600L);
    }

    @Test
    void whatIsRefusedForAnotherReasonUsesNothingUp() {
        Deployment service = Deployment.current();
        String token = limited(service, 1).text("/token/token");
        service.validate(token, "production", "\"required_scopes\":[\"raw:read\"]")
                .expect(200);

        assertThat(service.verdict(token, "production")).isEqualTo("current");
        assertThat(service.validate(token, "production", "\"required_scopes\":[\"raw:read\"]")
                        .text("/reason"))
                .isEqualTo("insufficient_scope");
    }

    @Test
    void aLimitThatIsTakenAwayIsNoMore() {
        Deployment service = Deployment.current();
        HttpAnswer created = limited(service, 1);
        String token = created.text("/token/token");
        service.verdict(token, "production");
        assertThat(service.verdict(token, "production")).isEqualTo("rate_limited");

        service.admin()
                .patch("/v1/connections/" + created.text("/connection/connection_id"), "{\"rate_limit\":null}")
                .expect(200);

        assertThat(service.verdict(token, "production")).isEqualTo("current");
    }

    @Test
    void eachTokenHasALimitOfItsOwn() {
        Deployment service = Deployment.current();
        String one = limited(service, 1).text("/token/token");
        String other = limited(service, 1).text("/token/token");
        service.verdict(one, "production");

        assertThat(service.verdict(one, "production")).isEqualTo("rate_limited");
        assertThat(service.verdict(other, "production")).isEqualTo("current");
    }

    private static HttpAnswer limited(Deployment service, int limit) {
        return service.connect(
                "production", "\"scopes\":[],\"rate_limit\":{\"limit\":%d,\"period\":\"PT1H\"}".formatted(limit));
    }
}
