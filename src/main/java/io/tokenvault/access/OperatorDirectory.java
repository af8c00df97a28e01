package io.tokenvault.access;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import io.tokenvault.token.TokenMacs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Creates and removes operators and replaces their keys. A removed operator or an old key is dead on commit. */
@ApplicationScoped
public class OperatorDirectory {
    private final SecureRandom random = new SecureRandom();
    private final Operators operators;
    private final BootstrapKey bootstrapKey;
    private final TokenMacs macs;
    private final DatabaseClock clock;
    private final AuditLog audit;

    OperatorDirectory(
            Operators operators, BootstrapKey bootstrapKey, TokenMacs macs, DatabaseClock clock, AuditLog audit) {
        this.operators = operators;
        this.bootstrapKey = bootstrapKey;
        this.macs = macs;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * Whom to create.
     *
     * @param expiresIn how long the key opens anything; null: until it is removed
     */
    public record Request(
            String name,
            Set<Role> roles,
            Caller.Reach reach,
            @Nullable Duration expiresIn) {}

    /** An operator with the key that was made for it, to be shown once. */
    public record Keyed(Operator operator, Credential key) {}

    /**
     * An operator after a removal.
     *
     * @param changed false when it was removed before
     */
    public record Removed(Operator operator, boolean changed) {}

    /** The operator was removed or has expired; its key cannot be replaced. */
    public static final class OperatorGoneException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OperatorGoneException() {
            super("the operator was removed or has expired", null, false, false);
        }
    }

    @Transactional
    public Keyed create(Request request, Origin origin) {
        Instant now = clock.now();
        Credential key = Credential.newOperatorKey(random);
        Operator operator = new Operator(
                OperatorId.random(random),
                request.name(),
                request.roles(),
                request.reach(),
                key.keyId(),
                macs.compute(EnvironmentName.SYSTEM, key),
                now,
                request.expiresIn() == null ? null : now.plus(request.expiresIn()));
        operators.persistAndFlush(operator);
        if (request.roles().contains(Role.ADMIN)) {
            bootstrapKey.retire();
        }
        audit.append(event("operator.create", operator, null, origin));
        return new Keyed(operator, key);
    }

    @Transactional
    public Removed remove(OperatorId id, Origin origin) {
        return remove(id, null, origin);
    }

    @Transactional
    public Removed remove(OperatorId id, @Nullable String reason, Origin origin) {
        Operator operator = operators.lock(id).orElseThrow();
        if (operator.removedAt() != null) {
            return new Removed(operator, false);
        }
        operator.remove(clock.now());
        audit.append(event("operator.remove", operator, reason, origin));
        return new Removed(operator, true);
    }

    /** Replaces the key, or throws {@link OperatorGoneException} and changes nothing. */
    @Transactional
    public Keyed rotateKey(OperatorId id, Origin origin) {
        Operator operator = operators.lock(id).orElseThrow();
        if (!operator.isActiveAt(clock.now())) {
            throw new OperatorGoneException();
        }
        Credential key = Credential.newOperatorKey(random);
        operator.replaceKey(key.keyId(), macs.compute(EnvironmentName.SYSTEM, key));
        audit.append(event("operator.rotate", operator, null, origin));
        return new Keyed(operator, key);
    }

    private static AuditEvent event(String action, Operator operator, @Nullable String reason, Origin origin) {
        return new AuditEvent(
                origin,
                action,
                new AuditEvent.Subject("operator", operator.id().value()),
                null,
                AuditEvent.Result.SUCCESS,
                reason);
    }
}
