package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.keyring.KeyringRecords.Fingerprint;
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
    Fingerprint fingerprint(EnvironmentName environment) {
        return new Fingerprint(mac.compute(label(environment, aead.primaryMaterial())));
    }

    /** Whether {@code fingerprint} was made with keys that are all still in use in this keyring. */
    boolean has(Fingerprint fingerprint, EnvironmentName environment) {
        return aead.material().stream().anyMatch(key -> mac.matches(fingerprint.bytes(), label(environment, key)));
    }

    /** These keys and new ones beside them, which are not the primary ones yet. */
    Keyring withNext() {
        return new Keyring(mac.withNext(), aead.withNext());
    }

    /** Whether new keys were added that are not the primary ones yet. */
    boolean hasNext() {
        return mac.hasNext() || aead.hasNext();
    }

    /** The same keys, the newest of them primary. */
    Keyring promoted() {
        return new Keyring(mac.promoted(), aead.promoted());
    }

    /** Whether there are keys in use beside the primary ones. */
    boolean hasOthers() {
        return !mac.ids().others().isEmpty() || !aead.ids().others().isEmpty();
    }

    /** The primary keys alone in use. */
    Keyring withoutOthers() {
        return new Keyring(mac.withOthersRetired(), aead.withoutOthers());
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
