package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A set of AES-256-GCM keys (NIST SP 800-38D, random 96-bit nonces): the primary one seals, each of them opens. What is
 * sealed starts with the id of its key, so that keys can be added without touching what exists. Thread-safe; prints
 * nothing.
 */
public final class SealingKey {
    private static final AesGcmParameters AES_256_GCM;

    static {
        try {
            AeadConfig.register();
            AES_256_GCM = AesGcmParameters.builder()
                    .setKeySizeBytes(32)
                    .setIvSizeBytes(12)
                    .setTagSizeBytes(16)
                    .setVariant(AesGcmParameters.Variant.TINK)
                    .build();
        } catch (GeneralSecurityException unsupported) {
            throw new ExceptionInInitializerError(unsupported);
        }
    }

    private final KeysetHandle keys;
    private final Aead aead;

    private SealingKey(KeysetHandle keys) throws GeneralSecurityException {
        this.keys = keys;
        this.aead = keys.getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    /** A new random key. */
    public static SealingKey generate() {
        try {
            return new SealingKey(KeysetHandle.generateNew(AES_256_GCM));
        } catch (GeneralSecurityException unsupported) {
            throw new IllegalStateException("AES-256-GCM is not available", unsupported);
        }
    }

    /** The keys in this text; empty when it holds anything but AES-256-GCM keys. */
    public static Optional<SealingKey> parse(String text) {
        try {
            KeysetHandle keys = TinkJsonProtoKeysetFormat.parseKeyset(text, InsecureSecretKeyAccess.get());
            for (int i = 0; i < keys.size(); i++) {
                if (!(keys.getAt(i).getKey() instanceof AesGcmKey key)
                        || !key.getParameters().equals(AES_256_GCM)) {
                    return Optional.empty();
                }
            }
            return Optional.of(new SealingKey(keys));
        } catch (GeneralSecurityException | RuntimeException quotesTheText) {
            return Optional.empty();
        }
    }

    /** The keys as text, in the clear: for a store that keeps secrets, and a file that only its owner reads. */
    public String reveal() {
        try {
            return TinkJsonProtoKeysetFormat.serializeKeyset(keys, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a keyset became unwritable");
        }
    }

    /** Seals {@code plain} so that it opens for the same {@code context} only; the context is not secret. */
    public byte[] seal(byte[] plain, String context) {
        try {
            return aead.encrypt(plain, context.getBytes(UTF_8));
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException("sealing failed", failed);
        }
    }

    /** What was sealed; empty when it was changed, or sealed under another key or for another context. */
    public Optional<byte[]> open(byte[] sealed, String context) {
        try {
            return Optional.of(aead.decrypt(sealed, context.getBytes(UTF_8)));
        } catch (GeneralSecurityException notOurs) {
            return Optional.empty();
        }
    }

    /** The bytes of each key, for a fingerprint. */
    List<byte[]> material() {
        List<byte[]> material = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            material.add(material(keys.getAt(i)));
        }
        return material;
    }

    /** The bytes of the primary key, for a fingerprint. */
    byte[] primaryMaterial() {
        return material(keys.getPrimary());
    }

    @AccessesPartialKey
    private static byte[] material(KeysetHandle.Entry entry) {
        return ((AesGcmKey) entry.getKey()).getKeyBytes().toByteArray(InsecureSecretKeyAccess.get());
    }

    /** Whether the key that {@code sealed} names is among these. */
    boolean knows(byte[] sealed) {
        String id = KeyIds.of(sealed);
        KeyIds known = ids();
        return known.primary().equals(id) || known.others().contains(id);
    }

    KeyIds ids() {
        return Keysets.ids(keys, key -> ((AesGcmKey) key).getOutputPrefix());
    }

    SealingKey withNext() {
        return changed(() -> Keysets.withNext(keys, AES_256_GCM));
    }

    boolean hasNext() {
        return Keysets.hasNext(keys);
    }

    SealingKey promoted() {
        return changed(() -> Keysets.promoted(keys));
    }

    /** The primary key alone: what was sealed under the others is lost. */
    SealingKey withoutOthers() {
        return changed(() -> {
            KeysetHandle.Builder builder = KeysetHandle.newBuilder(keys);
            for (int i = builder.size() - 1; i >= 0; i--) {
                if (!builder.getAt(i).isPrimary()) {
                    builder.deleteAt(i);
                }
            }
            return builder.build();
        });
    }

    private static SealingKey changed(Change change) {
        try {
            return new SealingKey(change.keys());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a keyset could not be changed");
        }
    }

    private interface Change {
        KeysetHandle keys() throws GeneralSecurityException;
    }

    @Override
    public String toString() {
        return "SealingKey[***]";
    }
}
