package io.tokenvault.token;

import java.security.SecureRandom;
import java.util.Optional;

/** The id of a connection: {@code c} and 23 characters of {@code [0-9a-z]}, random, never used again. */
public record ConnectionId(String value) {
    private static final int LENGTH = 24;

    public ConnectionId {
        if (!isId(value)) {
            throw new IllegalArgumentException("the id of a connection is c and 23 characters of 0-9a-z");
        }
    }

    public static ConnectionId random(SecureRandom random) {
        return new ConnectionId("c" + LowerCaseText.random(random, 23));
    }

    /** The id in this text; empty when it is none. */
    public static Optional<ConnectionId> parse(String text) {
        return isId(text) ? Optional.of(new ConnectionId(text)) : Optional.empty();
    }

    private static boolean isId(String text) {
        boolean valid = text.length() == LENGTH && text.charAt(0) == 'c';
        for (int i = 1; valid && i < LENGTH; i++) {
            char read = text.charAt(i);
            valid = read >= 'a' && read <= 'z' || read >= '0' && read <= '9';
        }
        return valid;
    }

    @Override
    public String toString() {
        return value;
    }
}
