package io.tokenvault.token;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** ISO 8601 durations of days, hours, minutes and whole seconds, {@code PnDTnHnMnS}; a day is 24 hours. */
public final class IsoDuration {
    private static final Pattern FORMAT =
            Pattern.compile("P(?=\\d|T\\d)(?:\\d{1,5}D)?(?:T(?=\\d)(?:\\d{1,7}H)?(?:\\d{1,9}M)?(?:\\d{1,10}S)?)?");

    private IsoDuration() {}

    /** The duration in this text, zero or more; empty when it is none. */
    public static Optional<Duration> parse(String text) {
        return FORMAT.matcher(text).matches() ? Optional.of(Duration.parse(text)) : Optional.empty();
    }

    /** As text, in whole seconds: days from two on, so that PT24H and P30D come back as they are written. */
    public static String text(Duration duration) {
        Duration seconds = Duration.ofSeconds(duration.toSeconds());
        long days = seconds.toDays();
        if (days < 2) {
            return seconds.toString();
        }
        Duration rest = seconds.minusDays(days);
        return "P" + days + "D" + (rest.isZero() ? "" : rest.toString().substring(1));
    }
}
