package io.tokenvault.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Percent-encoding (RFC 3986 §2.1), read strictly. */
public final class Percent {
    private Percent() {}

    /** The decoded text; empty when a {@code %} is not followed by two hexadecimal digits, or the bytes are not UTF-8. */
    public static Optional<String> decode(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int next = 0;
        while (next < text.length()) {
            int percent = text.indexOf('%', next);
            int end = percent < 0 ? text.length() : percent;
            bytes.writeBytes(text.substring(next, end).getBytes(StandardCharsets.UTF_8));
            if (percent >= 0) {
                if (!isEncoded(text, percent)) {
                    return Optional.empty();
                }
                bytes.write(HexFormat.fromHexDigits(text, percent + 1, percent + 3));
                end = percent + 3;
            }
            next = end;
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    static boolean isEncoded(String text, int percent) {
        return percent + 2 < text.length()
                && HexFormat.isHexDigit(text.charAt(percent + 1))
                && HexFormat.isHexDigit(text.charAt(percent + 2));
    }

    /** Whether it has no control character. */
    static boolean isText(String text) {
        return text.codePoints().noneMatch(Character::isISOControl);
    }
}
