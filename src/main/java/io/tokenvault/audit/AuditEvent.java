package io.tokenvault.audit;

import io.tokenvault.token.EnvironmentName;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened. Never holds a secret.
 *
 * @param action dotted, the noun first: {@code token.revoke}
 * @param environment null for what belongs to no environment
 * @param reason a person's words, or the code of a refusal
 */
public record AuditEvent(
        Origin origin,
        String action,
        Subject object,
        @Nullable EnvironmentName environment,
        Result result,
        @Nullable String reason) {

    /**
     * What it happened to.
     *
     * @param id null when the call named none
     */
    public record Subject(String type, @Nullable String id) {}

    /** How it ended. */
    public enum Result {
        SUCCESS,
        DENIED,
        FAILED;

        String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
