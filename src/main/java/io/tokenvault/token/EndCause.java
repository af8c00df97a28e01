package io.tokenvault.token;

/** Why a token ended: a revocation, a successor, or time. */
public enum EndCause {
    REVOKED,
    ROTATED,
    EXPIRED
}
