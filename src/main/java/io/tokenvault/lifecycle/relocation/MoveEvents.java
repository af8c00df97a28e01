package io.tokenvault.lifecycle.relocation;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.Origin;
import io.tokenvault.token.EnvironmentName;
import org.jspecify.annotations.Nullable;

/** The audit events of moves. */
final class MoveEvents {
    private MoveEvents() {}

    static AuditEvent of(String action, EnvironmentName environment, @Nullable String reason, Origin origin) {
        return new AuditEvent(
                origin,
                action,
                new AuditEvent.Subject("environment", environment.value()),
                environment,
                AuditEvent.Result.SUCCESS,
                reason);
    }
}
