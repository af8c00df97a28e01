package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a list goes on: after the object with this time and id, newest first, ties by id. Opaque to callers; it grants
 * nothing, so it is not signed.
 */
public record Cursor(Instant at, String id) {
    private static final Pattern FORMAT = Pattern.compile("(\\d{4}-[0-9T:.-]{1,40}Z)\\|([0-9A-Za-z_-]{1,64})");
    private static final int LONGEST = 160;

    /** base64url of {@code <instant>|<id>}, without padding. */
    public String encode() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((at + "|" + id).getBytes(UTF_8));
    }

    /** The cursor in this text; empty for anything that {@link #encode} does not give. */
    public static Optional<Cursor> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            Matcher parts = FORMAT.matcher(new String(Base64.getUrlDecoder().decode(text), UTF_8));
            return parts.matches()
                    ? Optional.of(new Cursor(Instant.parse(parts.group(1)), parts.group(2)))
                            .filter(cursor -> cursor.encode().equals(text))
                    : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException _) {
            return Optional.empty();
        }
    }
}
