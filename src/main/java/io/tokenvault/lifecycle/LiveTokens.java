package io.tokenvault.lifecycle;

import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tokens of a locked connection that are live at a moment; what time has ended is recorded on the way. */
@ApplicationScoped
class LiveTokens {
    private final Tokens tokens;
    private final Environments environments;

    LiveTokens(Tokens tokens, Environments environments) {
        this.tokens = tokens;
        this.environments = environments;
    }

    List<Token> settle(Connection connection, Instant now) {
        Environment.Policy policy = environments.get(connection.environment()).policy();
        List<Token> live = new ArrayList<>();
        for (Token token : tokens.recordedLive(connection.id())) {
            tokens.getEntityManager().refresh(token); // its connection is locked now; an earlier read may be stale
            Optional<EndCause> end = token.life(policy).endAt(now);
            end.ifPresentOrElse(token::expire, () -> live.add(token));
        }
        tokens.flush(); // one that has ended leaves its place before another one takes it
        return live;
    }

    static @Nullable Token in(TokenState state, List<Token> tokens) {
        for (Token token : tokens) {
            if (token.recordedState() == state) {
                return token;
            }
        }
        return null;
    }
}
