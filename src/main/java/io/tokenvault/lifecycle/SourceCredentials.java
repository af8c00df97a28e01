package io.tokenvault.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.connection.Connection;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.keyring.SealedColumn;
import io.tokenvault.secrets.keyring.Sealer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Seals the credentials of source systems for the database, each for its connection alone. */
@ApplicationScoped
class SourceCredentials {
    private static final String CONTEXT = "credentials:";

    private final Sealer sealer;

    SourceCredentials(Sealer sealer) {
        this.sealer = sealer;
    }

    byte[] seal(Connection connection, SecretValue credentials) {
        return sealer.seal(
                connection.environment(),
                CONTEXT + connection.id(),
                credentials.reveal().toString().getBytes(UTF_8));
    }

    @Produces
    @Singleton
    static SealedColumn column() {
        return new SealedColumn("connection", "credentials", List.of("connection_id"), CONTEXT);
    }
}
