package io.tokenvault.token;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an environment, {@code [a-z][a-z0-9]{1,19}}, or {@link #SYSTEM}: the domain of what belongs to none of
 * them (operator keys, the audit log).
 */
public record EnvironmentName(String value) {
    private static final Pattern FORMAT = Pattern.compile("[a-z][a-z0-9]{1,19}");
    public static final EnvironmentName SYSTEM = new EnvironmentName("system");

    public EnvironmentName {
        if (!FORMAT.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "the name of an environment is a lower-case letter and 1 to 19 lower-case letters or digits");
        }
    }

    /** The name of an environment in this text; empty when it is none, and for the reserved {@code system}. */
    public static Optional<EnvironmentName> parse(String text) {
        return FORMAT.matcher(text).matches() && !text.equals("system")
                ? Optional.of(new EnvironmentName(text))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
