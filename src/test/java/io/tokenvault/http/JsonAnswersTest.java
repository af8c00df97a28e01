package io.tokenvault.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonAnswersTest {

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT1S", "PT1M", "PT24H", "PT36H", "P2D", "P30D", "P365D", "P2DT1H30M5S"})
    void durationsComeBackAsPeopleWriteThem(String text) {
        assertThat(JsonAnswers.text(Duration.parse(text))).isEqualTo(text);
    }

    @Test
    void durationsKeepTheirLength() {
        Random random = new Random(13);
        for (int i = 0; i < 5_000; i++) {
            Duration duration = Duration.ofSeconds(random.nextLong(0, 1_000_000_000));

            assertThat(Duration.parse(JsonAnswers.text(duration))).isEqualTo(duration);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T09:30:00Z, 2026-01-31T09:30:00.000Z",
        "2026-01-31T09:30:00.999999999Z, 2026-01-31T09:30:00.999Z",
        "0001-01-01T00:00:00Z, 0001-01-01T00:00:00.000Z",
    })
    void timesHaveMilliseconds(Instant instant, String text) {
        assertThat(Rfc3339.format(instant)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, true",
        "*/*, true",
        "'', true",
        "'text/html, */*;q=0.1', true",
        "APPLICATION/JSON; q=1, true",
        "text/html, false",
        "application/json;q=0, false",
        "application/problem+json, false",
    })
    void acceptHasRoomForJson(String accept, boolean room) {
        assertThat(Negotiation.hasRoomForJson(accept)).isEqualTo(room);
    }
}
