package io.tokenvault.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** Points in time as text (RFC 3339 §5.6). */
public final class Rfc3339 {
    static final String RULE = "must be a time as in RFC 3339, such as 2026-01-31T09:30:00Z";

    private static final Pattern FORMAT =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:Z|[+-]\\d{2}:\\d{2})");
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Rfc3339() {}

    /** The point in time in this text; empty when it is none. */
    public static Optional<Instant> parse(String text) {
        if (!FORMAT.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /** As every answer shows it: UTC, exactly milliseconds, {@code Z}; a fraction of a millisecond is cut off. */
    public static String format(Instant instant) {
        return MILLISECONDS.format(instant);
    }
}
