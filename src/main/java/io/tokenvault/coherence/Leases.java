package io.tokenvault.coherence;

import io.tokenvault.token.IsoDuration;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads the one setting of the protocol. */
@Singleton
class Leases {
    @Produces
    @Singleton
    LeaseTerms terms(@ConfigProperty(name = "token-vault.lease", defaultValue = "PT10S") String lease) {
        return new LeaseTerms(IsoDuration.parse(lease)
                .orElseThrow(() -> new IllegalArgumentException("token-vault.lease is no ISO 8601 duration")));
    }
}
