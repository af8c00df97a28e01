package io.tokenvault.http;

import org.jspecify.annotations.Nullable;

/**
 * Stands in for a failure in the log: its class, its stack and its causes, without any message, since messages quote
 * input and the input may be a secret.
 */
final class Unquoted extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MOST_CAUSES = 8;

    private Unquoted(Throwable original, int causes) {
        super(original.getClass().getName(), cause(original, causes), false, true);
        setStackTrace(original.getStackTrace());
    }

    static Throwable of(Throwable failure) {
        return new Unquoted(failure, MOST_CAUSES);
    }

    private static @Nullable Throwable cause(Throwable original, int causes) {
        Throwable cause = original.getCause();
        return cause == null || causes == 0 ? null : new Unquoted(cause, causes - 1);
    }
}
