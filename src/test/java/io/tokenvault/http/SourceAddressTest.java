package io.tokenvault.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.token.AddressRange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceAddressTest {
    private static final SourceAddress BEHIND_PROXIES =
            new SourceAddress(List.of(range("10.0.0.0/8"), range("2001:db8:ffff::/48")));

    @ParameterizedTest
    @CsvSource({
        // peer, X-Forwarded-For, source
        "198.51.100.7, , 198.51.100.7",
        "198.51.100.7, 203.0.113.9, 198.51.100.7",
        "10.0.0.1, , 10.0.0.1",
        "10.0.0.1, 203.0.113.9, 203.0.113.9",
        "10.0.0.1, '1.2.3.4, 203.0.113.9', 203.0.113.9",
        "10.0.0.1, '203.0.113.9, 10.0.0.2', 203.0.113.9",
        "10.0.0.1, '203.0.113.9,10.0.0.3,10.0.0.2', 203.0.113.9",
        "10.0.0.1, '10.0.0.3, 10.0.0.2', 10.0.0.3",
        "10.0.0.1, ::ffff:203.0.113.9, 203.0.113.9",
        "::ffff:10.0.0.1, 203.0.113.9, 203.0.113.9",
        "2001:db8:ffff::1, 2001:db8::9, 2001:db8:0:0:0:0:0:9",
        "10.0.0.1, 203.0.113.9:5555, 203.0.113.9",
        "10.0.0.1, '[2001:db8::9]:5555', 2001:db8:0:0:0:0:0:9",
        "10.0.0.1, '[2001:db8::9]', 2001:db8:0:0:0:0:0:9",
    })
    void theRightmostUntrustedEntryIsTheSource(String peer, @Nullable String forwarded, String source) {
        assertThat(resolve(peer, forwarded).map(InetAddress::getHostAddress)).contains(source);
    }

    @ParameterizedTest
    @CsvSource({
        "unknown",
        "'203.0.113.9, '",
        "'203.0.113.9,,10.0.0.2'",
        "'203.0.113.9, _hidden'",
        "localhost",
        "203.0.113.999",
        "203.0.113.9:",
        "203.0.113.9:port",
        "'[2001:db8::9'",
        "'[2001:db8::9]x'",
        "fe80::1%eth0",
        "3405803785",
        "0x7f.1",
    })
    void anUnreadableEntryIsNoKnownAddress(String forwarded) {
        assertThat(resolve("10.0.0.1", forwarded)).isEmpty();
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(BEHIND_PROXIES.resolve(address("10.0.0.1"), List.of("1.2.3.4", "203.0.113.9, 10.0.0.2")))
                .contains(address("203.0.113.9"));
    }

    @Test
    void whatAnUntrustedPeerClaimsNeverMatters() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            List<String> claims = new ArrayList<>();
            for (int n = random.nextInt(5); n > 0; n--) {
                claims.add(random.nextInt(256) + "." + random.nextInt(300) + ".1." + random.nextInt(256));
            }
            assertThat(BEHIND_PROXIES.resolve(address("198.51.100.7"), claims)).contains(address("198.51.100.7"));
        }
    }

    @Test
    void whatStandsLeftOfTheSourceNeverMatters() {
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder claims = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                claims.append((char) random.nextInt(32, 127));
            }
            assertThat(resolve("10.0.0.1", claims + ", 203.0.113.9, 10.9.9.9")).contains(address("203.0.113.9"));
        }
    }

    private static Optional<InetAddress> resolve(String peer, @Nullable String forwarded) {
        return BEHIND_PROXIES.resolve(address(peer), forwarded == null ? List.of() : List.of(forwarded));
    }

    private static InetAddress address(String text) {
        return AddressRange.parseAddress(text).orElseThrow();
    }

    private static AddressRange range(String text) {
        return AddressRange.parse(text).orElseThrow();
    }
}
