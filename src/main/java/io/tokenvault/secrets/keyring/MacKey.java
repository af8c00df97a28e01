package io.tokenvault.secrets.keyring;

import com.google.crypto.tink.InsecureSecretKeyAccess;
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
 * A set of HMAC-SHA-256 keys of 256 bits (RFC 2104): the newest computes, each of them verifies. A MAC is five bytes
 * that name its key, and the full 32 bytes of HMAC. Thread-safe; prints nothing.
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

    private MacKey(KeysetHandle keys) throws GeneralSecurityException {
        this.keys = keys;
        this.mac = keys.getPrimitive(RegistryConfiguration.get(), Mac.class);
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

    /** Whether one of the keys made {@code tag} from {@code data}; compares in constant time. */
    boolean matches(byte[] tag, byte[] data) {
        try {
            mac.verifyMac(tag, data);
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
