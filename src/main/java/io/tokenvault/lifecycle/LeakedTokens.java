package io.tokenvault.lifecycle;

import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.token.Credential;
import io.tokenvault.token.TokenMacs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes tokens that were found in public: whoever holds a whole token may end it, and needs to be nobody for that. */
@ApplicationScoped
public class LeakedTokens {
    private final Tokens tokens;
    private final TokenMacs macs;
    private final TokenRevoker revoker;

    LeakedTokens(Tokens tokens, TokenMacs macs, TokenRevoker revoker) {
        this.tokens = tokens;
        this.macs = macs;
        this.revoker = revoker;
    }

    /** Revokes the token in this text when it was issued here and is live; empty when there was nothing to revoke. */
    @Transactional
    public Optional<TokenRevoker.Revoked> report(String text, @Nullable String source, Origin origin) {
        Optional<Credential> presented = Credential.parseToken(text);
        if (presented.isEmpty()) {
            return Optional.empty();
        }
        Optional<Token> token = tokens.find(presented.get().keyId())
                .filter(found -> macs.matches(found.environment(), found.mac(), presented.get()));
        return token.map(found -> revoker.revoke(found.id(), "leaked" + (source == null ? "" : ": " + source), origin));
    }
}
