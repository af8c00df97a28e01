package io.tokenvault.lifecycle;

import io.tokenvault.audit.Origin;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes tokens that were found in public: whoever holds a whole token may end it, and needs to be nobody for that. */
@ApplicationScoped
public class LeakedTokens {
    private final PresentedTokens presented;
    private final TokenRevoker revoker;

    LeakedTokens(PresentedTokens presented, TokenRevoker revoker) {
        this.presented = presented;
        this.revoker = revoker;
    }

    /** Revokes the token in this text when it was issued here and is live; empty when there was nothing to revoke. */
    @Transactional
    public Optional<TokenRevoker.Revoked> report(String text, @Nullable String source, Origin origin) {
        return presented
                .find(text)
                .map(found -> revoker.revoke(found.id(), "leaked" + (source == null ? "" : ": " + source), origin));
    }
}
