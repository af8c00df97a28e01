package io.tokenvault.lifecycle;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A rotation still overlaps, so that another overlap cannot begin; nothing was changed. */
public final class RotationConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final @Nullable Duration remaining;

    RotationConflictException(@Nullable Duration remaining) {
        super("a token of this connection is still retiring", null, false, false);
        this.remaining = remaining;
    }

    /** How long the overlap still lasts at least; its clock may not have started. */
    public Optional<Duration> remaining() {
        return Optional.ofNullable(remaining);
    }
}
