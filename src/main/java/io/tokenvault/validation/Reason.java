package io.tokenvault.validation;

import java.util.Locale;

/** Why a token is refused, in the order of precedence. */
public enum Reason {
    MALFORMED,
    UNKNOWN,
    WRONG_ENVIRONMENT,
    REVOKED,
    ROTATED,
    EXPIRED,
    REAUTHORIZATION_REQUIRED,
    CONNECTION_SUSPENDED,
    CONNECTION_DISCONNECTED,
    SOURCE_IP_NOT_ALLOWED,
    INSUFFICIENT_SCOPE,
    RATE_LIMITED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** As in JSON. */
    public String code() {
        return code;
    }
}
