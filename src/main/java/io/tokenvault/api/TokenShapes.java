package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.connection.Token;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Locale;

/** Tokens as JSON: what is known of them, never their text. */
@ApplicationScoped
class TokenShapes {
    private final Environments environments;

    TokenShapes(Environments environments) {
        this.environments = environments;
    }

    ObjectNode of(Token token, Instant now) {
        ObjectNode json = Json.object();
        json.put("token_id", token.id().value());
        json.put("connection_id", token.connectionId().value());
        json.put("environment", token.environment().value());
        json.put("state", state(token, now));
        json.put("issued_at", Json.time(token.issuedAt()));
        json.put("expires_at", Json.time(token.expiresAt()));
        json.put("retires_at", Json.time(token.retiresAt()));
        json.put("first_used_at", Json.time(token.firstUsedAt()));
        json.put("last_used_at", Json.time(token.lastUsedAt()));
        json.put("revoked_at", Json.time(token.revokedAt()));
        json.put("revoke_reason", token.revokeReason());
        return json;
    }

    /** What a rotation says of the token before. */
    ObjectNode previous(Token token, Instant now) {
        ObjectNode json = Json.object();
        json.put("token_id", token.id().value());
        json.put("state", state(token, now));
        json.put("retires_at", Json.time(token.retiresAt()));
        return json;
    }

    private String state(Token token, Instant now) {
        return code(token.life(environments.get(token.environment()).policy()).stateAt(now));
    }

    static String code(TokenState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
