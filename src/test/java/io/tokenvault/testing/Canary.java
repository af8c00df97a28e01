package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A secret that must not be found where it does not belong, in any of the forms in which it would be of use or recognized. */
public final class Canary {
    private static final List<String> DIGESTS = List.of("SHA-256", "SHA-1", "MD5");

    private final String name;
    private final Map<String, String> forms = new LinkedHashMap<>();

    private Canary(String name, byte[] secret) {
        this.name = name;
        addEncoded("", secret);
        forms.put("plain", new String(secret, ISO_8859_1));
        inTheMiddleOfBase64(secret);
        for (String digest : DIGESTS) {
            addEncoded(digest + " ", digested(digest, secret));
        }
    }

    /** A secret of at least 12 characters, since shorter ones are found by chance. */
    public static Canary of(String name, String secret) {
        return of(name, secret.getBytes(ISO_8859_1));
    }

    /** A secret that is bytes, at least 12 of them. */
    public static Canary of(String name, byte[] secret) {
        if (secret.length < 12) {
            throw new IllegalArgumentException(name + " is too short for a canary");
        }
        return new Canary(name, secret.clone());
    }

    /** What is found of it in {@code text}, in words that do not repeat it. */
    public Set<String> foundIn(String place, String text) {
        Set<String> found = new TreeSet<>();
        forms.forEach((form, characters) -> {
            int at = text.indexOf(characters);
            if (at >= 0) {
                found.add(name + " (" + form + ") in " + place + " at " + at);
            }
        });
        return found;
    }

    private void addEncoded(String prefix, byte[] bytes) {
        String hex = HexFormat.of().formatHex(bytes);
        forms.put(prefix + "hex", hex);
        forms.put(prefix + "HEX", hex.toUpperCase(Locale.ROOT));
        forms.put(prefix + "base64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        forms.put(prefix + "base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** As part of something longer, such as Basic credentials, the same bytes have two other spellings. */
    private void inTheMiddleOfBase64(byte[] secret) {
        for (int before = 0; before < 3; before++) {
            byte[] longer = new byte[before + secret.length];
            System.arraycopy(secret, 0, longer, before, secret.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(longer);
            // The characters that its neighbours have a part in.
            int from = before == 0 ? 0 : before + 1;
            int to = longer.length % 3 == 0 ? encoded.length() : encoded.length() - 1;
            forms.put("base64 after " + before, encoded.substring(from, to));
        }
    }

    private static byte[] digested(String algorithm, byte[] secret) {
        try {
            return MessageDigest.getInstance(algorithm).digest(secret);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Its name and its forms, without what they are. */
    @Override
    public String toString() {
        return name + " in " + Arrays.toString(forms.keySet().toArray());
    }
}
