package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Sql;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class ExpiryNoticesTest {
    @Inject
    ExpiryNotices notices;

    @Inject
    AgroalDataSource dataSource;

    private Deployment service;
    private String connection;
    private String token;

    @BeforeEach
    void aTokenThatEndsIn60Days() {
        service = Deployment.current();
        HttpAnswer created = service.connect("production", "\"expires_in\":\"P60D\"");
        connection = created.text("/connection/connection_id");
        token = created.text("/token/token_id");
    }

    @Test
    void farFromTheEndThereIsNone() {
        notices.give();

        assertThat(reasons()).isEmpty();
    }

    @Test
    void thereIsOneEachAt30And7DaysAnd1DayBefore() {
        giveTwiceAfter("31 days");
        giveTwiceAfter("54 days");
        giveTwiceAfter("59 days 1 hour");

        assertThat(reasons()).containsExactly("expires in 1 day", "expires in 7 days", "expires in 30 days");
    }

    @Test
    void ofThoseThatWereMissedTheLastIsTold() {
        giveTwiceAfter("54 days");

        assertThat(reasons()).containsExactly("expires in 7 days");
    }

    @Test
    void aMomentBeforeTheIssueDoesNotCount() {
        HttpAnswer created = service.connect("production", "\"expires_in\":\"P3D\"");
        token = created.text("/token/token_id");

        notices.give();

        assertThat(reasons()).isEmpty();
    }

    @Test
    void aTokenThatWasRevokedHasNone() {
        service.admin().post("/v1/tokens/" + token + "/revoke", "{}").expect(200);

        giveTwiceAfter("54 days");

        assertThat(reasons()).isEmpty();
    }

    @Test
    void aDisconnectedConnectionHasNone() {
        service.admin().delete("/v1/connections/" + connection).expect(200);

        giveTwiceAfter("54 days");

        assertThat(reasons()).isEmpty();
    }

    /** As if the token had been issued that long ago, for 60 days. */
    private void giveTwiceAfter(String age) {
        new Sql(dataSource).change("""
                update token set issued_at = now() - cast(? as interval),
                    expires_at = now() - cast(? as interval) + interval '60 days'
                where token_id = ?
                """, age, age, token);
        notices.give();
        notices.give();
    }

    private List<String> reasons() {
        return service.admin()
                .get("/v1/audit-events?action=token.expiry_notice&object_id=" + token)
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .map((JsonNode event) -> event.path("reason").asText())
                .toList();
    }
}
