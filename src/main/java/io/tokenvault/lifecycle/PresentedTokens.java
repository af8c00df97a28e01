package io.tokenvault.lifecycle;

import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.token.Credential;
import io.tokenvault.token.TokenMacs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;

/** Finds tokens by their whole text: whoever has it has proved possession. */
@ApplicationScoped
public class PresentedTokens {
    private final Tokens tokens;
    private final TokenMacs macs;

    PresentedTokens(Tokens tokens, TokenMacs macs) {
        this.tokens = tokens;
        this.macs = macs;
    }

    /** The token with this very text, in whatever state; empty for a text that was never issued here. */
    @Transactional
    public Optional<Token> find(String text) {
        return Credential.parseToken(text)
                .flatMap(presented -> tokens.find(presented.keyId())
                        .filter(found -> macs.matches(found.environment(), found.mac(), presented)));
    }
}
