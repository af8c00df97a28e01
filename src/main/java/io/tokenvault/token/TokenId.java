package io.tokenvault.token;

import java.util.Optional;

/** The public id of a token or of an operator key: 12 characters of {@code 0-9A-Za-z}. Not a secret. */
public record TokenId(String value) {
    static final int LENGTH = 12;

    public TokenId {
        if (value.length() != LENGTH || !Base62.isBase62(value, 0, LENGTH)) {
            throw new IllegalArgumentException("a token id is 12 characters of 0-9A-Za-z");
        }
    }

    /** The id in this text; empty when it is none. */
    public static Optional<TokenId> parse(String text) {
        return text.length() == LENGTH && Base62.isBase62(text, 0, LENGTH)
                ? Optional.of(new TokenId(text))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
