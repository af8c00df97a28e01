package io.tokenvault.lifecycle.publication;

import io.tokenvault.secrets.keyring.SealedColumn;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Where the values that wait for their publication, or for another one, are sealed. */
@Singleton
final class SealedPublications {
    static final String CONTEXT = "publication:";

    private SealedPublications() {}

    @Produces
    @Singleton
    static SealedColumn column() {
        return new SealedColumn("publication", "sealed_value", List.of("connection_id"), CONTEXT);
    }
}
