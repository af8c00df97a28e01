package io.tokenvault.secrets.keyring;

import com.google.crypto.tink.Key;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.util.Bytes;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * The generations of a keyset: the newest key stands last. It is added beside the primary one, made primary once every
 * replica knows it, and at last the older ones are retired.
 */
final class Keysets {
    private Keysets() {}

    static KeysetHandle withNext(KeysetHandle keys, Parameters parameters) throws GeneralSecurityException {
        return KeysetHandle.newBuilder(keys)
                .addEntry(KeysetHandle.generateEntryFromParameters(parameters).withRandomId())
                .build();
    }

    /** Whether the newest key is not the primary one yet. */
    static boolean hasNext(KeysetHandle keys) {
        return !keys.getAt(keys.size() - 1).isPrimary();
    }

    static KeysetHandle promoted(KeysetHandle keys) throws GeneralSecurityException {
        KeysetHandle.Builder builder = KeysetHandle.newBuilder(keys);
        builder.getAt(builder.size() - 1).makePrimary();
        return builder.build();
    }

    /** The ids of the keys in use. */
    static KeyIds ids(KeysetHandle keys, Function<Key, Bytes> prefix) {
        String primary = "";
        Set<String> others = new LinkedHashSet<>();
        for (int i = 0; i < keys.size(); i++) {
            KeysetHandle.Entry entry = keys.getAt(i);
            String id = HexFormat.of().formatHex(prefix.apply(entry.getKey()).toByteArray());
            if (entry.isPrimary()) {
                primary = id;
            } else if (entry.getStatus() == KeyStatus.ENABLED) {
                others.add(id);
            }
        }
        return new KeyIds(primary, Set.copyOf(others));
    }
}
