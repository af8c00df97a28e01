package io.tokenvault.token;

import java.math.BigInteger;
import java.security.SecureRandom;

/** Numbers and random text over the alphabet {@code 0-9A-Za-z}, most significant digit first. */
final class Base62 {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger RADIX = BigInteger.valueOf(ALPHABET.length());

    private Base62() {}

    /** {@code number} (unsigned, big-endian) with exactly {@code length} digits, padded on the left with {@code 0}. */
    static String encode(byte[] number, int length) {
        char[] digits = new char[length];
        BigInteger rest = new BigInteger(1, number);
        for (int i = length - 1; i >= 0; i--) {
            BigInteger[] next = rest.divideAndRemainder(RADIX);
            digits[i] = ALPHABET.charAt(next[1].intValue());
            rest = next[0];
        }
        if (rest.signum() != 0) {
            throw new IllegalArgumentException("number does not fit in " + length + " digits");
        }
        return new String(digits);
    }

    static String encode(long number, int length) {
        char[] digits = new char[length];
        long rest = number;
        for (int i = length - 1; i >= 0; i--) {
            digits[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        return new String(digits);
    }

    /** {@code length} independent, uniformly distributed characters. */
    static String random(SecureRandom random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    static boolean isBase62(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z')) {
                return false;
            }
        }
        return true;
    }
}
