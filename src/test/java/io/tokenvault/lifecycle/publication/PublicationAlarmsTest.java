package io.tokenvault.lifecycle.publication;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Sql;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class PublicationAlarmsTest {
    @Inject
    PublicationAlarms alarms;

    @Inject
    MeterRegistry meters;

    @Inject
    AgroalDataSource dataSource;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger(PublicationAlarms.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line instanceof ExtLogRecord formatted ? formatted.getFormattedMessage() : line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Sql sql;
    private String connection;

    @BeforeEach
    void aPublishedConnection() {
        logger.addHandler(handler);
        sql = new Sql(dataSource);
        connection = Deployment.current().connect("brief", "").text("/connection/connection_id");
        sql.change(
                "update publication set published_generation = desired_generation where connection_id = ?", connection);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        sql.change(
                "update publication set published_generation = desired_generation where connection_id = ?", connection);
        alarms.look();
    }

    @Test
    void whatWaitsIsCountedAndTheOldestIsTimed() {
        waitingFor("2 minutes");

        alarms.look();

        assertThat(gauge("token_vault.publication.waiting")).isEqualTo(1);
        assertThat(gauge("token_vault.publication.oldest.seconds")).isBetween(120.0, 240.0);
        assertThat(lines).isEmpty();
    }

    @Test
    void aLongWaitIsToldOnceAndSoIsItsEnd() {
        waitingFor("6 minutes");

        alarms.look();
        alarms.look();
        sql.change(
                "update publication set published_generation = desired_generation where connection_id = ?", connection);
        alarms.look();
        alarms.look();

        assertThat(lines)
                .containsExactly(
                        "1 connections of environment brief wait for their secret, one for more than 5 minutes",
                        "no connection of environment brief waits long for its secret any more");
        assertThat(gauge("token_vault.publication.waiting")).isZero();
        assertThat(gauge("token_vault.publication.oldest.seconds")).isZero();
    }

    private void waitingFor(String time) {
        sql.change("""
                update publication set published_generation = desired_generation - 1,
                    next_attempt_at = now() + interval '1 hour', waiting_since = now() - cast(? as interval)
                where connection_id = ?
                """, time, connection);
    }

    private double gauge(String meter) {
        return meters.get(meter).tag("environment", "brief").gauge().value();
    }
}
