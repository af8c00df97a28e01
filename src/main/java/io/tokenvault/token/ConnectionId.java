package io.tokenvault.token;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/** The id of a connection: {@code c} and 23 characters of {@code [0-9a-z]}, random, never used again. */
public record ConnectionId(String value) {
    private static final Pattern FORMAT = Pattern.compile("c[0-9a-z]{23}");

    public ConnectionId {
        if (!FORMAT.matcher(value).matches()) {
            throw new IllegalArgumentException("the id of a connection is c and 23 characters of 0-9a-z");
        }
    }

    public static ConnectionId random(SecureRandom random) {
        return new ConnectionId("c" + LowerCaseText.random(random, 23));
    }

    /** The id in this text; empty when it is none. */
    public static Optional<ConnectionId> parse(String text) {
        return FORMAT.matcher(text).matches() ? Optional.of(new ConnectionId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
