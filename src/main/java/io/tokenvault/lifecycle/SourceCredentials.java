package io.tokenvault.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.connection.Connection;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.keyring.Sealer;
import jakarta.enterprise.context.ApplicationScoped;

/** Seals the credentials of source systems for the database, each for its connection alone. */
@ApplicationScoped
class SourceCredentials {
    private final Sealer sealer;

    SourceCredentials(Sealer sealer) {
        this.sealer = sealer;
    }

    byte[] seal(Connection connection, SecretValue credentials) {
        return sealer.seal(
                connection.environment(),
                "credentials:" + connection.id(),
                credentials.reveal().toString().getBytes(UTF_8));
    }
}
