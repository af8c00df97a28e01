package io.tokenvault.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A bearer credential with its secret: the token of a connection ({@code tv_<mark>_…}) or the key of an operator
 * ({@code tvo_…}).
 *
 * <p>Both end in the same 61 characters: a public key id (12), a secret of 256 random bits (43) and a CRC-32 of
 * everything before it (6), so that scanners and gateways can tell a real one from a look-alike without asking. An
 * instance has the right shape and checksum; whether it was ever issued is for a {@link TokenMacs} to say.
 *
 * <p>Prints its key id and nothing else; {@link #reveal()} is the only way to the text.
 */
public final class Credential {
    private static final String OPERATOR_PREFIX = "tvo_";
    private static final int KEY_ID_LENGTH = TokenId.LENGTH;
    private static final int SECRET_BYTES = 32;
    private static final int SECRET_LENGTH = 43;
    private static final int CHECKSUM_LENGTH = 6;
    private static final int TAIL_LENGTH = KEY_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH;

    private final String text;

    private Credential(String text) {
        this.text = text;
    }

    /** A new token for an environment with this mark. */
    public static Credential newToken(Mark mark, SecureRandom random) {
        return generate(tokenPrefix(mark), random);
    }

    /** A new operator key. */
    public static Credential newOperatorKey(SecureRandom random) {
        return generate(OPERATOR_PREFIX, random);
    }

    /** The token in this text; empty when shape or checksum is wrong. */
    public static Optional<Credential> parseToken(String text) {
        int tail = text.length() - TAIL_LENGTH;
        boolean shaped = tail > 4
                && text.startsWith("tv_")
                && text.charAt(tail - 1) == '_'
                && Mark.isValid(text.substring(3, tail - 1));
        return shaped ? checked(text, tail) : Optional.empty();
    }

    /** The operator key in this text; empty when shape or checksum is wrong. */
    public static Optional<Credential> parseOperatorKey(String text) {
        int tail = text.length() - TAIL_LENGTH;
        boolean shaped = tail == OPERATOR_PREFIX.length() && text.startsWith(OPERATOR_PREFIX);
        return shaped ? checked(text, tail) : Optional.empty();
    }

    static Credential of(String prefix, String keyId, byte[] secret) {
        String unchecked = prefix + keyId + Base62.encode(secret, SECRET_LENGTH);
        return new Credential(unchecked + checksum(unchecked));
    }

    private static Credential generate(String prefix, SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return of(prefix, Base62.random(random, KEY_ID_LENGTH), secret);
    }

    private static Optional<Credential> checked(String text, int tail) {
        int end = text.length() - CHECKSUM_LENGTH;
        if (!Base62.isBase62(text, tail, text.length())
                || !checksum(text.substring(0, end)).equals(text.substring(end))) {
            return Optional.empty();
        }
        return Optional.of(new Credential(text));
    }

    private static String checksum(String unchecked) {
        CRC32 crc = new CRC32();
        crc.update(unchecked.getBytes(US_ASCII));
        return Base62.encode(crc.getValue(), CHECKSUM_LENGTH);
    }

    static String tokenPrefix(Mark mark) {
        return "tv_" + mark.value() + "_";
    }

    /** The public handle under which the credential is stored; for a token it is the token id. */
    public TokenId keyId() {
        int tail = text.length() - TAIL_LENGTH;
        return new TokenId(text.substring(tail, tail + KEY_ID_LENGTH));
    }

    /** The mark of the environment; empty for an operator key. */
    public Optional<Mark> mark() {
        int tail = text.length() - TAIL_LENGTH;
        return text.startsWith(OPERATOR_PREFIX) ? Optional.empty() : Optional.of(new Mark(text.substring(3, tail - 1)));
    }

    /** The secret text. Callers: the answer that shows it once, the sealing of it, and the MAC over it. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "Credential[" + keyId() + "]";
    }
}
