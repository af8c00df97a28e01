package io.tokenvault.lifecycle.relocation;

/** The environment cannot be moved there as things are; the message says why. */
public final class MoveConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MoveConflictException(String message) {
        super(message, null, false, false);
    }
}
