package io.tokenvault.token;

import java.security.SecureRandom;

/** Random text that survives every backend's naming rules: {@code 0-9a-z}, whatever happens to upper and lower case. */
final class LowerCaseText {
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    private LowerCaseText() {}

    static String random(SecureRandom random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
