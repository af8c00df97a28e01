package io.tokenvault.lifecycle.publication;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.connection.Token;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.Credential;
import io.tokenvault.token.Timestamp;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What consumers read in the backend under the name of a connection's token. */
public final class TokenSecret {
    private TokenSecret() {}

    public static SecretValue of(Token token, Credential credential, long generation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("token", credential.reveal());
        identify(json, token, generation);
        json.put("issued_at", Timestamp.text(token.issuedAt()));
        json.put("expires_at", text(token.expiresAt()));
        return SecretValue.of(json);
    }

    /** What stands there after the current token was revoked. */
    static SecretValue revoked(Token token, long generation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putNull("token");
        identify(json, token, generation);
        json.put("revoked_at", text(token.revokedAt()));
        return SecretValue.of(json);
    }

    private static void identify(ObjectNode json, Token token, long generation) {
        json.put("token_id", token.id().value());
        json.put("connection_id", token.connectionId().value());
        json.put("environment", token.environment().value());
        json.put("generation", generation);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : Timestamp.text(time);
    }
}
