package io.tokenvault.secrets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The value of a secret: one JSON object. Prints nothing, compares in constant time, and has one way out,
 * {@link #reveal()}.
 */
public final class SecretValue {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BYTES = 24_000;

    private final byte[] json;

    private SecretValue(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException("a secret value is at most " + MAX_BYTES + " bytes");
        }
        this.json = json;
    }

    public static SecretValue of(ObjectNode object) {
        return new SecretValue(object.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The value in this text; {@link IllegalArgumentException}, without a word of the text, when it is no JSON object. */
    public static SecretValue parse(String text) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return of(object);
            }
        } catch (JsonProcessingException quotesTheText) {
            // falls through: the parser's message may hold part of the secret
        }
        throw new IllegalArgumentException("the value of a secret is one JSON object");
    }

    /** The JSON object. Callers: the adapters, the keyring, and the one reader of credentials. */
    public ObjectNode reveal() {
        try {
            JsonNode tree = JSON.readTree(json);
            return (ObjectNode) tree;
        } catch (java.io.IOException impossible) {
            throw new IllegalStateException("a checked value became unreadable");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretValue value && MessageDigest.isEqual(json, value.json);
    }

    @Override
    public int hashCode() {
        return SecretValue.class.hashCode();
    }

    @Override
    public String toString() {
        return "SecretValue[***]";
    }
}
