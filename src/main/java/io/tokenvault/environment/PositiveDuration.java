package io.tokenvault.environment;

import io.tokenvault.token.IsoDuration;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.NullUnmarked;

/** Reads settings such as {@code P30D} or {@code PT24H}; a setting of zero or less stops the start. */
@NullUnmarked
public final class PositiveDuration implements Converter<Duration> {
    @Override
    public Duration convert(String text) {
        if (text.isBlank()) {
            return null;
        }
        return IsoDuration.parse(text.strip())
                .filter(Duration::isPositive)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text + "' is not a positive ISO 8601 duration such as PT24H or P30D"));
    }
}
