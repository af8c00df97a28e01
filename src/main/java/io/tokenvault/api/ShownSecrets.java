package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.access.Operators;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** The two secrets that answers show once: the token of a connection and the key of an operator. */
@ApplicationScoped
class ShownSecrets {
    static final String TOKEN = "token";
    static final String OPERATOR_KEY = "key";

    private final Connections connections;
    private final Tokens tokens;
    private final Operators operators;
    private final Environments environments;
    private final DatabaseClock clock;

    ShownSecrets(
            Connections connections,
            Tokens tokens,
            Operators operators,
            Environments environments,
            DatabaseClock clock) {
        this.connections = connections;
        this.tokens = tokens;
        this.operators = operators;
        this.environments = environments;
        this.clock = clock;
    }

    /** Whether the secret with this key id still opens anything. */
    boolean isLive(EnvironmentName domain, TokenId keyId) {
        Instant now = clock.now();
        if (domain.equals(EnvironmentName.SYSTEM)) {
            return operators.isKeyLive(keyId, now);
        }
        return tokens.find(keyId)
                .filter(token ->
                        token.life(environments.get(domain).policy()).endAt(now).isEmpty())
                .flatMap(token -> connections.find(token.connectionId()))
                .filter(connection -> !connection.isDisconnected())
                .isPresent();
    }

    /** Puts the secret back into the answer that showed it. */
    void place(EnvironmentName domain, ObjectNode body, String secret) {
        if (domain.equals(EnvironmentName.SYSTEM)) {
            body.put(OPERATOR_KEY, secret);
        } else if (body.get(TOKEN) instanceof ObjectNode token) {
            token.put(TOKEN, secret);
        }
    }
}
