package io.tokenvault.token;

import java.util.regex.Pattern;

/** The part of a token that shows its environment: {@code [a-z]{2,8}}, unique in a deployment. */
public record Mark(String value) {
    private static final Pattern FORMAT = Pattern.compile("[a-z]{2,8}");

    public Mark {
        if (!isValid(value)) {
            throw new IllegalArgumentException("a mark is 2 to 8 lower-case letters");
        }
    }

    static boolean isValid(String text) {
        return FORMAT.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
