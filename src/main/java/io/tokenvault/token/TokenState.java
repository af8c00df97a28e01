package io.tokenvault.token;

/** {@code current} → {@code retiring} (overlap after a rotation) → {@code expired} or {@code revoked}. */
public enum TokenState {
    CURRENT,
    RETIRING,
    EXPIRED,
    REVOKED;

    /** Whether a token in this state may still be accepted. */
    public boolean isLive() {
        return switch (this) {
            case CURRENT, RETIRING -> true;
            case EXPIRED, REVOKED -> false;
        };
    }
}
