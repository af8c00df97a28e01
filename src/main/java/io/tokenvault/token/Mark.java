package io.tokenvault.token;

/** The part of a token that shows its environment: {@code [a-z]{2,8}}, unique in a deployment. */
public record Mark(String value) {
    private static final int SHORTEST = 2;
    private static final int LONGEST = 8;

    public Mark {
        if (!isValid(value)) {
            throw new IllegalArgumentException("a mark is 2 to 8 lower-case letters");
        }
    }

    static boolean isValid(String text) {
        boolean valid = text.length() >= SHORTEST && text.length() <= LONGEST;
        for (int i = 0; valid && i < text.length(); i++) {
            valid = text.charAt(i) >= 'a' && text.charAt(i) <= 'z';
        }
        return valid;
    }

    @Override
    public String toString() {
        return value;
    }
}
