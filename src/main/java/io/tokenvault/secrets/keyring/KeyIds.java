package io.tokenvault.secrets.keyring;

import java.util.HexFormat;
import java.util.Set;

/**
 * The keys of one kind in a keyring, by the five bytes in hexadecimal that everything made with them starts with
 * (Tink's output prefix: 01 and the id of the key).
 *
 * @param primary what new values are made with
 * @param others what older values were made with and still open
 */
public record KeyIds(String primary, Set<String> others) {
    private static final int PREFIX = 5;

    /** The id of the key that made {@code value}; empty text when it is too short to name one. */
    static String of(byte[] value) {
        return value.length < PREFIX ? "" : HexFormat.of().formatHex(value, 0, PREFIX);
    }
}
