package io.tokenvault.validation;

/** So many tokens that nobody issued came from one source that its next ones are not looked for. */
final class TooManyUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyUnknownException() {
        super("too many unknown tokens", null, false, false);
    }
}
