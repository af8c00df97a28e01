package io.tokenvault.lifecycle;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Profile;
import io.tokenvault.connection.SourceSystem;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Creates a connection and issues its first token. */
@ApplicationScoped
public class ConnectionCreator {
    private final SecureRandom random = new SecureRandom();
    private final Connections connections;
    private final SourceCredentials credentials;
    private final TokenMint mint;
    private final DatabaseClock clock;
    private final AuditLog audit;

    ConnectionCreator(
            Connections connections,
            SourceCredentials credentials,
            TokenMint mint,
            DatabaseClock clock,
            AuditLog audit) {
        this.connections = connections;
        this.credentials = credentials;
        this.mint = mint;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * What a connection is made of.
     *
     * @param credentials of the source system; null when the tenant gives them later
     * @param expiresIn the life of the first token, within the bounds of the environment; null: as long as they allow
     */
    public record Request(
            String tenant,
            SourceSystem system,
            EnvironmentName environment,
            Profile profile,
            @Nullable SecretValue credentials,
            @Nullable Duration expiresIn) {}

    @Transactional
    public Issued create(Request request, Origin origin) {
        Instant now = clock.now();
        ConnectionId id = ConnectionId.random(random);
        Connection connection =
                new Connection(id, request.tenant(), request.system(), request.environment(), request.profile(), now);
        if (request.credentials() != null) {
            connection.replaceCredentials(credentials.seal(connection, request.credentials()));
        }
        connections.persistAndFlush(connection);
        Issued issued = mint.mint(connection, null, request.expiresIn(), now);
        audit.append(ConnectionEvents.success("connection.create", connection, null, origin));
        return issued;
    }
}
