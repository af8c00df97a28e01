package io.tokenvault.token;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/** The id of a background job: {@code j} and 23 characters of {@code [0-9a-z]}, random, never used again. */
public record JobId(String value) {
    private static final Pattern FORMAT = Pattern.compile("j[0-9a-z]{23}");

    public JobId {
        if (!FORMAT.matcher(value).matches()) {
            throw new IllegalArgumentException("the id of a job is j and 23 characters of 0-9a-z");
        }
    }

    public static JobId random(SecureRandom random) {
        return new JobId("j" + LowerCaseText.random(random, 23));
    }

    /** The id in this text; empty when it is none. */
    public static Optional<JobId> parse(String text) {
        return FORMAT.matcher(text).matches() ? Optional.of(new JobId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
