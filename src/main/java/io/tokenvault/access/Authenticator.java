package io.tokenvault.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tokenvault.audit.Actor;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Optional;

/** Says who presents a credential to the control plane. */
@ApplicationScoped
public class Authenticator {
    private static final byte[] NO_MAC = "no operator key has this as its MAC".getBytes(US_ASCII);

    private final Operators operators;
    private final DatabaseClock clock;
    private final OperatorUses uses;
    private final BootstrapKey bootstrapKey;
    private final TokenMacs macs;

    Authenticator(
            Operators operators, DatabaseClock clock, OperatorUses uses, BootstrapKey bootstrapKey, TokenMacs macs) {
        this.operators = operators;
        this.clock = clock;
        this.uses = uses;
        this.bootstrapKey = bootstrapKey;
        this.macs = macs;
    }

    /** The caller who holds {@code presented}: an operator key, or the armed bootstrap key; empty for anything else. */
    @Transactional
    public Optional<Caller> authenticate(String presented) {
        Optional<Credential> key = Credential.parseOperatorKey(presented);
        return key.isPresent() ? operator(key.get()) : bootstrapKey.recognize(presented);
    }

    private Optional<Caller> operator(Credential key) {
        Optional<Operator> known = operators.findByKeyId(key.keyId());
        byte[] mac = known.map(Operator::keyMac).orElse(NO_MAC);
        if (!macs.matches(EnvironmentName.SYSTEM, mac, key)) {
            return Optional.empty();
        }
        Instant now = clock.now();
        return known.filter(operator -> operator.isActiveAt(now)).map(operator -> {
            uses.record(operator.id(), now);
            return new Caller(
                    operator.id().value(),
                    new Actor(operator.id().value(), operator.name(), "operator_key"),
                    operator.roles(),
                    operator.reach(),
                    false);
        });
    }
}
