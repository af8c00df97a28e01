package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Postgres;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gauges of connections and tokens follow what happens to them. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class CensusTest {
    @Inject
    Census census;

    @Inject
    MeterRegistry meters;

    private Deployment service;
    private String connection;

    @BeforeEach
    void aConnectionWhoseTokenEndsInTenDays() {
        service = Deployment.current();
        connection = "/v1/connections/"
                + service.connect("vaulted", "\"expires_in\":\"P10D\"").text("/connection/connection_id");
        census.count();
    }

    @Test
    void aRotationLeavesOneTokenMore() {
        double current = gauge("token_vault.tokens", "state", "current");
        double retiring = gauge("token_vault.tokens", "state", "retiring");

        service.admin().post(connection + "/rotate", "{\"overlap\":\"PT1H\"}").expect(200);
        census.count();

        assertThat(gauge("token_vault.tokens", "state", "current")).isEqualTo(current);
        assertThat(gauge("token_vault.tokens", "state", "retiring")).isEqualTo(retiring + 1);
    }

    @Test
    void aTokenThatEndsInTenDaysIsTheOneOfAMonth() {
        double week = gauge("token_vault.tokens.expiring", "within", "7d");
        double month = gauge("token_vault.tokens.expiring", "within", "30d");

        service.connect("vaulted", "\"expires_in\":\"P10D\"");
        census.count();

        assertThat(gauge("token_vault.tokens.expiring", "within", "7d")).isEqualTo(week);
        assertThat(gauge("token_vault.tokens.expiring", "within", "30d")).isEqualTo(month + 1);
    }

    @Test
    void aDisconnectedConnectionIsCountedAsSuch() {
        double active = gauge("token_vault.connections", "status", "active");
        double disconnected = gauge("token_vault.connections", "status", "disconnected");

        service.admin().delete(connection).expect(200);
        census.count();

        assertThat(gauge("token_vault.connections", "status", "active")).isEqualTo(active - 1);
        assertThat(gauge("token_vault.connections", "status", "disconnected")).isEqualTo(disconnected + 1);
    }

    private double gauge(String meter, String tag, String value) {
        return meters.get(meter)
                .tags("environment", "vaulted", tag, value)
                .gauge()
                .value();
    }
}
