package io.tokenvault.lifecycle;

import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.lifecycle.publication.TokenSecret;
import io.tokenvault.token.Credential;
import io.tokenvault.token.TokenMacs;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes the next current token of a connection, and has it published. The caller has seen to the tokens before it. */
@ApplicationScoped
class TokenMint {
    private final SecureRandom random = new SecureRandom();
    private final Environments environments;
    private final TokenMacs macs;
    private final Tokens tokens;
    private final Publications publications;
    private final RestoredDatabase restored;

    TokenMint(
            Environments environments,
            TokenMacs macs,
            Tokens tokens,
            Publications publications,
            RestoredDatabase restored) {
        this.environments = environments;
        this.macs = macs;
        this.tokens = tokens;
        this.publications = publications;
        this.restored = restored;
    }

    Issued mint(Connection connection, @Nullable Token previous, @Nullable Duration expiresIn, Instant now) {
        restored.refuse();
        Environment environment = environments.get(connection.environment());
        Credential credential = Credential.newToken(environment.mark(), random);
        long generation = connection.nextGeneration(now);
        Token token = new Token(
                credential.keyId(),
                connection,
                macs.compute(environment.name(), credential),
                generation,
                now,
                expiry(environment.policy(), expiresIn, now));
        tokens.persistAndFlush(token);
        FaultPoint.ISSUE_BEFORE_WISH.pass();
        publications.want(connection, TokenSecret.of(token, credential, generation));
        return new Issued(connection, token, credential, previous);
    }

    private static @Nullable Instant expiry(Environment.Policy policy, @Nullable Duration expiresIn, Instant now) {
        Duration life = policy.maxLife();
        if (life == null || expiresIn != null && expiresIn.compareTo(life) < 0) {
            life = expiresIn;
        }
        return life == null ? null : now.plus(life);
    }
}
