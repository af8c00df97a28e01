package io.tokenvault.audit;

import org.jspecify.annotations.Nullable;

/**
 * Where a change comes from.
 *
 * @param requestId null for work of the service itself
 * @param sourceIp null for work of the service itself
 */
public record Origin(
        Actor actor, @Nullable String requestId, @Nullable String sourceIp) {
    public static final Origin SERVICE = new Origin(Actor.SERVICE, null, null);
}
