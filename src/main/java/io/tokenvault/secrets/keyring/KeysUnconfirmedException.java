package io.tokenvault.secrets.keyring;

/**
 * This replica was cut from its database for so long that its keys may be retired; it makes nothing new with them before
 * it has looked again, which it does every second.
 */
public final class KeysUnconfirmedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeysUnconfirmedException() {
        super("it is not known whether the keys of this replica are still in use", null, false, false);
    }
}
