package io.tokenvault.environment;

import io.tokenvault.token.IsoDuration;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.NullUnmarked;

/** Reads settings such as {@code PT24H}, or {@code PT0S} for none. */
@NullUnmarked
public final class DurationOrZero implements Converter<Duration> {
    @Override
    public Duration convert(String text) {
        return IsoDuration.parse(text.strip())
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + text + "' is no ISO 8601 duration such as PT24H or PT0S"));
    }
}
