package io.tokenvault.secrets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The value of a secret: one JSON object, at most 24,000 bytes. Prints nothing, compares in constant time and without
 * regard to the order of fields (no store keeps it), and has one way out, {@link #reveal()}.
 */
public final class SecretValue {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final int MAX_BYTES = 24_000;
    private static final String GENERATION = "generation";

    private final byte[] json;

    private SecretValue(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException("a secret value is at most " + MAX_BYTES + " bytes");
        }
        this.json = json;
    }

    public static SecretValue of(ObjectNode object) {
        return new SecretValue(sorted(object).toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The value in this text; {@link IllegalArgumentException}, without a word of the text, when it is no JSON object. */
    public static SecretValue parse(String text) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return of(object);
            }
        } catch (JsonProcessingException quotesTheText) {
            // The parser's message may hold part of the secret: the exception below says nothing of it.
        }
        throw new IllegalArgumentException("the value of a secret is one JSON object");
    }

    /**
     * The field {@code generation}, by which every store knows which of two values is the later one; 0 when there is
     * none, so that anything we write replaces what somebody else put there.
     */
    public long generation() {
        JsonNode generation = reveal().path(GENERATION);
        return generation.canConvertToLong() && generation.isIntegralNumber() ? Math.max(0, generation.longValue()) : 0;
    }

    /** This value, saying that it is of that generation. */
    public SecretValue withGeneration(long generation) {
        return generation() == generation ? this : of(reveal().put(GENERATION, generation));
    }

    /** The JSON object. Callers: the adapters, the keyring, and the one reader of credentials. */
    public ObjectNode reveal() {
        try {
            JsonNode tree = JSON.readTree(json);
            return (ObjectNode) tree;
        } catch (IOException impossible) {
            throw new IllegalStateException("a checked value became unreadable");
        }
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode sorted = JSON.createObjectNode();
            new TreeMap<>(object.propertyStream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                    .forEach((field, value) -> sorted.set(field, sorted(value)));
            return sorted;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode sorted = JSON.createArrayNode();
            array.forEach(element -> sorted.add(sorted(element)));
            return sorted;
        }
        return node;
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
