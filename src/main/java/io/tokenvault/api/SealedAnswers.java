package io.tokenvault.api;

import io.tokenvault.secrets.keyring.SealedColumn;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Where the secrets in stored answers are sealed. */
@Singleton
final class SealedAnswers {
    static final String CONTEXT = "idempotency:";

    private SealedAnswers() {}

    @Produces
    @Singleton
    static SealedColumn column() {
        return new SealedColumn("idempotency", "secret", List.of("caller", "method", "path", "key"), CONTEXT);
    }
}
