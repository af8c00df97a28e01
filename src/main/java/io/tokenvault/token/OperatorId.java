package io.tokenvault.token;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/** The id of an operator: {@code o} and 23 characters of {@code [0-9a-z]}, random, never used again. */
public record OperatorId(String value) {
    private static final Pattern FORMAT = Pattern.compile("o[0-9a-z]{23}");

    public OperatorId {
        if (!FORMAT.matcher(value).matches()) {
            throw new IllegalArgumentException("the id of an operator is o and 23 characters of 0-9a-z");
        }
    }

    public static OperatorId random(SecureRandom random) {
        return new OperatorId("o" + LowerCaseText.random(random, 23));
    }

    /** The id in this text; empty when it is none. */
    public static Optional<OperatorId> parse(String text) {
        return FORMAT.matcher(text).matches() ? Optional.of(new OperatorId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
