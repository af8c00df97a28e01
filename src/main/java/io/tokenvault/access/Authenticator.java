package io.tokenvault.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.access.KnownOperators.Known;
import io.tokenvault.coherence.ReplicaLease;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;

/** Says who presents a credential to the control plane. */
@Singleton
public class Authenticator {
    private static final byte[] NO_MAC = "no operator key has this as its MAC".getBytes(US_ASCII);

    private final KnownOperators operators;
    private final ReplicaLease lease;
    private final OperatorUses uses;
    private final BootstrapKey bootstrapKey;
    private final TokenMacs macs;
    private final ExecutorService virtualThreads;

    Authenticator(
            KnownOperators operators,
            ReplicaLease lease,
            OperatorUses uses,
            BootstrapKey bootstrapKey,
            TokenMacs macs,
            @VirtualThreads ExecutorService virtualThreads) {
        this.operators = operators;
        this.lease = lease;
        this.uses = uses;
        this.bootstrapKey = bootstrapKey;
        this.macs = macs;
        this.virtualThreads = virtualThreads;
    }

    /**
     * The caller who holds {@code presented}: an operator key, or the armed bootstrap key; empty for anything else. At
     * once when the operator is known here, otherwise when the primary has answered. Never blocks.
     */
    public CompletionStage<Optional<Caller>> authenticate(String presented) {
        Optional<Credential> key = Credential.parseOperatorKey(presented);
        if (key.isEmpty()) {
            return CompletableFuture.supplyAsync(() -> bootstrapKey.recognize(presented), virtualThreads);
        }
        Optional<Known> known = operators
                .find(key.get().keyId())
                .filter(operator -> macs.isAtHand(EnvironmentName.SYSTEM, operator.mac()));
        return known.isPresent()
                ? CompletableFuture.completedFuture(prove(key.get(), known))
                : CompletableFuture.supplyAsync(
                        () -> prove(key.get(), operators.read(key.get().keyId())), virtualThreads);
    }

    private Optional<Caller> prove(Credential key, Optional<Known> known) {
        byte[] mac = known.map(Known::mac).orElse(NO_MAC);
        if (!macs.matches(EnvironmentName.SYSTEM, mac, key)) {
            return Optional.empty();
        }
        Instant now = lease.now();
        return known.filter(operator -> operator.isActiveAt(now)).map(operator -> {
            uses.record(operator.id(), now);
            return operator.caller();
        });
    }
}
