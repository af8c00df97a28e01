package io.tokenvault.audit;

import org.jspecify.annotations.Nullable;

/**
 * Who did it.
 *
 * @param operatorId null for the service itself, the bootstrap key and callers who proved nothing
 * @param name null when nothing is known
 * @param method how the caller proved it: operator_key, bootstrap_key, connection_token, service or none
 */
public record Actor(@Nullable String operatorId, @Nullable String name, String method) {
    public static final Actor NOBODY = new Actor(null, null, "none");
    public static final Actor SERVICE = new Actor(null, "token-vault", "service");
}
