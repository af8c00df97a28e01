package io.tokenvault.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids, names, durations, times and address ranges: what is one, and what is not. */
class IdsTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void idsAreRandomAndCanBeReadBack() {
        ConnectionId connection = ConnectionId.random(random);
        OperatorId operator = OperatorId.random(random);

        assertThat(connection.value()).matches("c[0-9a-z]{23}");
        assertThat(ConnectionId.parse(connection.value())).contains(connection);
        assertThat(operator.value()).matches("o[0-9a-z]{23}");
        assertThat(OperatorId.parse(operator.value())).contains(operator);
        assertThat(ConnectionId.parse(operator.value())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "system", "Production", "1st", "pro-duction", "a23456789012345678901"})
    void isNoNameOfAnEnvironment(String text) {
        assertThat(EnvironmentName.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "production", "a2345678901234567890"})
    void isANameOfAnEnvironment(String text) {
        assertThat(EnvironmentName.parse(text)).contains(new EnvironmentName(text));
    }

    @ParameterizedTest
    @CsvSource({"PT0S,0", "P1D,86400", "P1DT2H3M4S,93784", "PT90M,5400", "PT00005S,5"})
    void isADuration(String text, long seconds) {
        assertThat(IsoDuration.parse(text)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "P", "PT", "P1DT", "1h", "PT1.5S", "-PT1S", "PT-1S", "P1W", "P1Y", "pt1s", "PT1S ", "P1M"})
    void isNoDuration(String text) {
        assertThat(IsoDuration.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,            10.255.1.2,          true",
        "10.0.0.0/8,            11.0.0.1,            false",
        "192.0.2.7,             192.0.2.7,           true",
        "192.0.2.7,             192.0.2.8,           false",
        "0.0.0.0/0,             203.0.113.9,         true",
        "0.0.0.0/0,             2001:db8::1,         false",
        "10.0.0.0/8,            ::ffff:10.1.2.3,     true",
        "::ffff:10.0.0.0/104,   10.1.2.3,            true",
        "2001:db8::/32,         2001:db8:1::1,       true",
        "2001:db8::/32,         2001:db9::1,         false",
        "::/0,                  2001:db8::1,         true"
    })
    void rangesContainTheirAddresses(String range, String address, boolean contained) {
        InetAddress parsed = AddressRange.parseAddress(address).orElseThrow();

        assertThat(AddressRange.parse(range).orElseThrow().contains(parsed)).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0/8",
                "256.0.0.0/8",
                "010.0.0.0/8",
                "localhost",
                "example.com/8",
                "2001:db8::/129",
                "2001:db8::1/64",
                "fe80::1%eth0",
                "10.0.0.0/8 ",
                "10.0.0.0/",
                "/8"
            })
    void isNoRange(String text) {
        assertThat(AddressRange.parse(text)).isEmpty();
    }

    @Test
    void timesAreShownInMillisecondsAndReadWithAnyOffset() {
        assertThat(Timestamp.text(Instant.parse("2026-01-02T03:04:05Z"))).isEqualTo("2026-01-02T03:04:05.000Z");
        assertThat(Timestamp.parse("2026-01-02T05:04:05.5+02:00")).contains(Instant.parse("2026-01-02T03:04:05.500Z"));
        assertThat(Timestamp.parse("2026-02-30T00:00:00Z")).isEmpty();
        assertThat(Timestamp.parse("2026-01-02")).isEmpty();
    }
}
