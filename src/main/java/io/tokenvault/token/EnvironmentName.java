package io.tokenvault.token;

import java.util.Optional;

/**
 * The name of an environment, {@code [a-z][a-z0-9]{1,19}}, or {@link #SYSTEM}: the domain of what belongs to none of
 * them (operator keys, the audit log).
 */
public record EnvironmentName(String value) {
    private static final int SHORTEST = 2;
    private static final int LONGEST = 20;
    public static final EnvironmentName SYSTEM = new EnvironmentName("system");

    public EnvironmentName {
        if (!isName(value)) {
            throw new IllegalArgumentException(
                    "the name of an environment is a lower-case letter and 1 to 19 lower-case letters or digits");
        }
    }

    /** The name of an environment in this text; empty when it is none, and for the reserved {@code system}. */
    public static Optional<EnvironmentName> parse(String text) {
        return isName(text) && !text.equals("system") ? Optional.of(new EnvironmentName(text)) : Optional.empty();
    }

    private static boolean isName(String text) {
        boolean valid = text.length() >= SHORTEST && text.length() <= LONGEST && Character.isLetter(text.charAt(0));
        for (int i = 0; valid && i < text.length(); i++) {
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
