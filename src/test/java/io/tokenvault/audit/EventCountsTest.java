package io.tokenvault.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Postgres;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events are counted when they are on record, and only then. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class EventCountsTest {
    @Inject
    AuditLog audit;

    @Inject
    MeterRegistry meters;

    @Test
    void whatWasCommittedCounts() {
        AuditEvent event = event("test.commit");

        QuarkusTransaction.requiringNew().run(() -> {
            audit.append(List.of(event, event));
            audit.append(event);
        });

        assertThat(count("test.commit")).isEqualTo(3);
    }

    @Test
    void whatWasRolledBackDoesNot() {
        QuarkusTransaction.begin();
        audit.append(event("test.roll_back"));

        QuarkusTransaction.rollback();

        assertThat(count("test.roll_back")).isZero();
    }

    private static AuditEvent event(String action) {
        return new AuditEvent(
                Origin.SERVICE,
                action,
                new AuditEvent.Subject("test", null),
                new EnvironmentName("sandbox"),
                AuditEvent.Result.SUCCESS,
                null);
    }

    private double count(String action) {
        return meters
                .find("token_vault.audit.events")
                .tags("action", action, "result", "success", "environment", "sandbox")
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
