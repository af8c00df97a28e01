package io.tokenvault.api;

import io.tokenvault.access.OperatorDirectory;
import io.tokenvault.access.Operators;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.lifecycle.keyring.OperatorKeys;
import io.tokenvault.token.OperatorId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;

/** Tells the retirement of keys which operators hang on them. */
@ApplicationScoped
class OperatorsUnderKeys implements OperatorKeys {
    private final Operators operators;
    private final OperatorDirectory directory;
    private final DatabaseClock clock;

    OperatorsUnderKeys(Operators operators, OperatorDirectory directory, DatabaseClock clock) {
        this.operators = operators;
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public List<OperatorId> under(Collection<String> macKeys) {
        return operators.activeUnder(macKeys, clock.now());
    }

    @Override
    public void remove(Collection<OperatorId> removed, String reason, Origin origin) {
        removed.forEach(operator -> directory.remove(operator, reason, origin));
    }
}
