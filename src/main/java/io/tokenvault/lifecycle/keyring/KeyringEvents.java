package io.tokenvault.lifecycle.keyring;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.Origin;
import io.tokenvault.token.EnvironmentName;
import org.jspecify.annotations.Nullable;

/** The audit events of what happened to keyrings. */
final class KeyringEvents {
    private KeyringEvents() {}

    static AuditEvent of(String action, EnvironmentName environment, @Nullable String reason, Origin origin) {
        return new AuditEvent(
                origin,
                action,
                new AuditEvent.Subject("keyring", environment.value()),
                environment.equals(EnvironmentName.SYSTEM) ? null : environment,
                AuditEvent.Result.SUCCESS,
                reason);
    }
}
