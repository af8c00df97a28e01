package io.tokenvault.http;

import static io.tokenvault.http.RequestTarget.Judgement.MALFORMED;
import static io.tokenvault.http.RequestTarget.Judgement.NOTHING_THERE;
import static io.tokenvault.http.RequestTarget.Judgement.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/connections",
                "/v1/connections/c0",
                "/console/app.css",
                "/a..b/.hidden/x...",
                "/a%20b/%C3%BC",
                "/data/v1/raw/Entity('a')",
                "/.well-known/oauth-authorization-server",
                "/authz",
                "/authz/",
                "/authz/a//..;x/%zz%00",
            })
    void pathsWithOneReadingAreServed(String path) {
        assertThat(RequestTarget.judge(path)).isEqualTo(PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "v1",
                "//",
                "/v1/",
                "//v1",
                "/v1//connections",
                "/.",
                "/..",
                "/v1/.",
                "/v1/./x",
                "/v1/../v1/x",
                "/%2e",
                "/v1/%2E%2e/x",
                "/v1/.%2e",
                "/v1/%2e./x",
                "/v1;x=1",
                "/v1/connections;x",
                "/v1/%3Bx",
                "/v1/a%2Fb",
                "/v1/a%2fb",
                "/v1\\x",
                "/v1/%5c..",
                "/v1/%00",
                "/v1/%0a",
                "/v1/%7F",
                "/v1/a\tb",
                "/authz%2f",
                "/v1/%C2%85",
            })
    void pathsWithSeveralReadingsAreNowhere(String path) {
        assertThat(RequestTarget.judge(path)).isEqualTo(NOTHING_THERE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%",
                "/%z",
                "/%zz",
                "/v1/%4",
                "/v1/%4g",
                "/ü",
                "/v1#x",
                "/{id}",
                "/a|b",
                "/a\"b",
                "/[x]",
                "/a^",
                "/a`",
                "/v1/../%zz",
                "/%%35%63",
                "/v1/%ff",
                "/v1/%C0%AF",
                "/v1/%ED%A0%80"
            })
    void whatIsNoUrlIsMalformed(String path) {
        assertThat(RequestTarget.judge(path)).isEqualTo(MALFORMED);
    }

    @Test
    void whateverIsServedNamesOnePath() {
        Random random = new Random(17);
        String[] parts = {"/", "a", "v1", ".", "%2e", "%2F", ";", "%", "%00", "\\", "//", "..", "%5c", "%41", "~"};
        for (int i = 0; i < 50_000; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int n = random.nextInt(8); n > 0; n--) {
                path.append(parts[random.nextInt(parts.length)]);
            }
            if (RequestTarget.judge(path.toString()) == PLAIN) {
                String decoded = Percent.decode(path.toString()).orElseThrow();
                assertThat(decoded).doesNotContain("//", "\\", ";", "\0").doesNotContainPattern("/\\.{1,2}(/|$)");
                assertThat(decoded.chars().filter(c -> c == '/').count())
                        .isEqualTo(path.chars().filter(c -> c == '/').count());
            }
        }
    }
}
