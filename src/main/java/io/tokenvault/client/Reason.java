package io.tokenvault.client;

import java.util.Arrays;
import java.util.Locale;

/** Why a token is refused; the pages at {@code /problems/<code>} of the service tell cause and fix of each. */
public enum Reason {
    MALFORMED(401, "Malformed token"),
    UNKNOWN(401, "Unknown token"),
    WRONG_ENVIRONMENT(401, "Wrong environment"),
    REVOKED(401, "Revoked token"),
    ROTATED(401, "Rotated token"),
    EXPIRED(401, "Expired token"),
    REAUTHORIZATION_REQUIRED(401, "Reauthorization required"),
    CONNECTION_SUSPENDED(401, "Connection suspended"),
    CONNECTION_DISCONNECTED(401, "Connection disconnected"),
    SOURCE_IP_NOT_ALLOWED(403, "Source address not allowed"),
    INSUFFICIENT_SCOPE(403, "Insufficient scope"),
    RATE_LIMITED(429, "Rate limited"),
    /** One that a newer service gives, and this client does not know. */
    OTHER(401, "Refused token");

    private final int status;
    private final String title;

    Reason(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** As the service writes it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status of an HTTP answer that refuses for it. */
    public int status() {
        return status;
    }

    String title() {
        return title;
    }

    static Reason of(String code) {
        return Arrays.stream(values())
                .filter(reason -> reason.code().equals(code))
                .findFirst()
                .orElse(OTHER);
    }
}
