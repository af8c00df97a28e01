package io.tokenvault.lifecycle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;

/** Finds tokens by their whole text: whoever has it has proved possession. */
@ApplicationScoped
public class PresentedTokens {
    /** What an unknown key id is compared with, so that it takes the same work as a wrong secret. */
    private static final byte[] NO_MAC = "no token has this as its MAC, ever".getBytes(US_ASCII);

    private final Tokens tokens;
    private final TokenMacs macs;

    PresentedTokens(Tokens tokens, TokenMacs macs) {
        this.tokens = tokens;
        this.macs = macs;
    }

    /** The token with this very text, in whatever state; empty for a text that was never issued here. */
    @Transactional
    public Optional<Token> find(String text) {
        return Credential.parseToken(text).flatMap(this::find);
    }

    private Optional<Token> find(Credential presented) {
        Optional<Token> found = tokens.find(presented.keyId());
        boolean proved = macs.matches(
                found.map(Token::environment).orElse(EnvironmentName.SYSTEM),
                found.map(Token::mac).orElse(NO_MAC),
                presented);
        return found.filter(_ -> proved);
    }
}
