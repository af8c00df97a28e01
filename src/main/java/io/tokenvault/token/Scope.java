package io.tokenvault.token;

import java.util.Optional;
import java.util.regex.Pattern;

/** Scope-tokens (RFC 6749 §3.3): visible ASCII but quotes and backslash; here of at most 128 characters. */
public final class Scope {
    /** What {@link #parse} wants, as the message to whoever sent something else. */
    public static final String RULE = "each a scope-token of RFC 6749, at most 128 characters";

    private static final Pattern FORMAT = Pattern.compile("[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,128}");

    private Scope() {}

    /** The scope-token in this text; empty when it is none. */
    public static Optional<String> parse(String text) {
        return FORMAT.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }
}
