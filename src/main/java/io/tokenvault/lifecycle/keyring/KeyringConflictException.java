package io.tokenvault.lifecycle.keyring;

/** The keyring is in no state for what was asked; the message says what to do. */
public final class KeyringConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyringConflictException(String message) {
        super(message, null, false, false);
    }
}
