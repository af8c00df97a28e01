package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.token.ConnectionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RotationJitterTest {
    private static final Duration PERIOD = Duration.ofDays(30);
    private static final Duration TENTH = Duration.ofDays(3);
    private static final List<ConnectionId> CONNECTIONS;

    static {
        SecureRandom random = new SecureRandom();
        CONNECTIONS =
                Stream.generate(() -> ConnectionId.random(random)).limit(2000).toList();
    }

    @Test
    void itIsTheSameEveryTime() {
        assertThat(CONNECTIONS)
                .allSatisfy(connection -> assertThat(RotationJitter.of(connection, PERIOD))
                        .isEqualTo(RotationJitter.of(new ConnectionId(connection.value()), PERIOD)));
    }

    @Test
    void itIsLessThanATenthOfThePeriod() {
        assertThat(CONNECTIONS)
                .allSatisfy(connection ->
                        assertThat(RotationJitter.of(connection, PERIOD)).isBetween(Duration.ZERO, TENTH));
    }

    @Test
    void itSpreadsConnectionsOverAllOfIt() {
        for (int part = 0; part < 10; part++) {
            Duration from = TENTH.dividedBy(10).multipliedBy(part);
            Duration to = from.plus(TENTH.dividedBy(10));

            assertThat(CONNECTIONS)
                    .filteredOn(connection -> {
                        Duration jitter = RotationJitter.of(connection, PERIOD);
                        return jitter.compareTo(from) >= 0 && jitter.compareTo(to) < 0;
                    })
                    .hasSizeGreaterThan(100);
        }
    }

    @Test
    void aShortPeriodHasAShortOne() {
        assertThat(RotationJitter.of(CONNECTIONS.getFirst(), Duration.ofMillis(5)))
                .isZero();
    }
}
