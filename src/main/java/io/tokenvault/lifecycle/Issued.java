package io.tokenvault.lifecycle;

import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Token;
import io.tokenvault.token.Credential;
import org.jspecify.annotations.Nullable;

/**
 * A token was issued.
 *
 * @param credential its text, to be shown once
 * @param previous the token that was current before; null when there was none
 */
public record Issued(
        Connection connection,
        Token token,
        Credential credential,
        @Nullable Token previous) {}
