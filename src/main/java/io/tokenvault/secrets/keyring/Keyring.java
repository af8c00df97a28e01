package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.EnvironmentName;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The keys of one environment, as the secret {@code {"mac": <keyset>, "aead": <keyset>, "generation"}} holds them. */
record Keyring(MacKey mac, SealingKey aead) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAC = "mac";
    private static final String AEAD = "aead";

    static Keyring generate() {
        return new Keyring(MacKey.generate(), SealingKey.generate());
    }

    /** The keyring in this secret; empty when it holds none. */
    static Optional<Keyring> of(SecretValue secret) {
        ObjectNode fields = secret.reveal();
        return MacKey.parse(fields.path(MAC).toString())
                .flatMap(mac -> SealingKey.parse(fields.path(AEAD).toString()).map(aead -> new Keyring(mac, aead)));
    }

    SecretValue toSecret(long generation) {
        ObjectNode fields = JSON.createObjectNode();
        fields.set(MAC, keyset(mac.reveal()));
        fields.set(AEAD, keyset(aead.reveal()));
        return SecretValue.of(fields.put("generation", generation));
    }

    /** What the database remembers this keyring by: a MAC, which tells nobody anything about the keys. */
    byte[] fingerprint(EnvironmentName environment) {
        return mac.compute(label(environment, aead.material().getFirst()));
    }

    /** Whether {@code fingerprint} was made with keys that are all still in this keyring. */
    boolean has(byte[] fingerprint, EnvironmentName environment) {
        return aead.material().stream().anyMatch(key -> mac.matches(fingerprint, label(environment, key)));
    }

    private static byte[] label(EnvironmentName environment, byte[] sealingKey) {
        byte[] text = ("keyring fingerprint\0" + environment.value() + "\0").getBytes(UTF_8);
        return ByteBuffer.allocate(text.length + sealingKey.length)
                .put(text)
                .put(sealingKey)
                .array();
    }

    private static JsonNode keyset(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException quotesTheText) {
            throw new IllegalStateException("a keyset is not JSON");
        }
    }

    @Override
    public String toString() {
        return "Keyring[***]";
    }
}
