package io.tokenvault.secrets.keyring;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.Mac;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.mac.HmacKey;
import com.google.crypto.tink.mac.HmacParameters;
import com.google.crypto.tink.mac.MacConfig;
import java.security.GeneralSecurityException;
import java.util.Optional;

/**
 * A set of HMAC-SHA-256 keys of 256 bits (RFC 2104): the primary one computes, each of them verifies. A MAC is five
 * bytes that name its key, and the full 32 bytes of HMAC. Retired keys stay in the set, disabled: they prove nothing but
 * that something was issued once. Thread-safe; prints nothing.
 */
final class MacKey {
    private static final HmacParameters HMAC_SHA_256;

    static {
        try {
            MacConfig.register();
            HMAC_SHA_256 = HmacParameters.builder()
                    .setKeySizeBytes(32)
                    .setTagSizeBytes(32)
                    .setHashType(HmacParameters.HashType.SHA256)
                    .setVariant(HmacParameters.Variant.TINK)
                    .build();
        } catch (GeneralSecurityException unsupported) {
            throw new ExceptionInInitializerError(unsupported);
        }
    }

    private final KeysetHandle keys;
    private final Mac mac;
    private final KeyIds ids;
    private final Optional<Mac> retired;

    private MacKey(KeysetHandle keys) throws GeneralSecurityException {
        this.keys = keys;
        this.mac = keys.getPrimitive(RegistryConfiguration.get(), Mac.class);
        this.ids = Keysets.ids(keys, key -> ((HmacKey) key).getOutputPrefix());
        this.retired = retired(keys);
    }

    private static Optional<Mac> retired(KeysetHandle keys) throws GeneralSecurityException {
        KeysetHandle.Builder disabled = KeysetHandle.newBuilder();
        for (int i = 0; i < keys.size(); i++) {
            KeysetHandle.Entry entry = keys.getAt(i);
            if (entry.getStatus() == KeyStatus.DISABLED) {
                disabled.addEntry(KeysetHandle.importKey(entry.getKey()).withFixedId(entry.getId()));
            }
        }
        if (disabled.size() == 0) {
            return Optional.empty();
        }
        disabled.getAt(0).makePrimary();
        return Optional.of(disabled.build().getPrimitive(RegistryConfiguration.get(), Mac.class));
    }

    static MacKey generate() {
        try {
            return new MacKey(KeysetHandle.generateNew(HMAC_SHA_256));
        } catch (GeneralSecurityException unsupported) {
            throw new IllegalStateException("HMAC-SHA-256 is not available", unsupported);
        }
    }

    /** The keys in this text; empty when it holds anything but HMAC-SHA-256 keys of our kind. */
    static Optional<MacKey> parse(String text) {
        try {
            KeysetHandle keys = TinkJsonProtoKeysetFormat.parseKeyset(text, InsecureSecretKeyAccess.get());
            for (int i = 0; i < keys.size(); i++) {
                if (!(keys.getAt(i).getKey() instanceof HmacKey key)
                        || !key.getParameters().equals(HMAC_SHA_256)) {
                    return Optional.empty();
                }
            }
            return Optional.of(new MacKey(keys));
        } catch (GeneralSecurityException | RuntimeException quotesTheText) {
            return Optional.empty();
        }
    }

    /** The keys as text, in the clear. */
    String reveal() {
        try {
            return TinkJsonProtoKeysetFormat.serializeKeyset(keys, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a keyset became unwritable", impossible);
        }
    }

    byte[] compute(byte[] data) {
        try {
            return mac.computeMac(data);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException("computing a MAC failed", failed);
        }
    }

    /**
     * Whether one of the keys in use made {@code tag} from {@code data}; compares in constant time. One HMAC is computed
     * whether or not the key that the tag names is known.
     */
    boolean matches(byte[] tag, byte[] data) {
        if (!knows(tag)) {
            compute(data);
            return false;
        }
        return verifies(mac, tag, data);
    }

    /** Whether a retired key made {@code tag} from {@code data}; compares in constant time. */
    boolean matchesRetired(byte[] tag, byte[] data) {
        return retired.isPresent() && verifies(retired.get(), tag, data);
    }

    /** Whether the key that {@code tag} names is in use. */
    boolean knows(byte[] tag) {
        String id = KeyIds.of(tag);
        return ids.primary().equals(id) || ids.others().contains(id);
    }

    KeyIds ids() {
        return ids;
    }

    MacKey withNext() {
        return changed(() -> Keysets.withNext(keys, HMAC_SHA_256));
    }

    boolean hasNext() {
        return Keysets.hasNext(keys);
    }

    MacKey promoted() {
        return changed(() -> Keysets.promoted(keys));
    }

    /** The same keys, all but the primary one retired. */
    MacKey withOthersRetired() {
        return changed(() -> {
            KeysetHandle.Builder builder = KeysetHandle.newBuilder(keys);
            for (int i = 0; i < builder.size(); i++) {
                if (!builder.getAt(i).isPrimary()) {
                    builder.getAt(i).setStatus(KeyStatus.DISABLED);
                }
            }
            return builder.build();
        });
    }

    private static MacKey changed(Change change) {
        try {
            return new MacKey(change.keys());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a keyset could not be changed");
        }
    }

    private interface Change {
        KeysetHandle keys() throws GeneralSecurityException;
    }

    private static boolean verifies(Mac keys, byte[] tag, byte[] data) {
        try {
            keys.verifyMac(tag, data);
            return true;
        } catch (GeneralSecurityException wrong) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "MacKey[***]";
    }
}
