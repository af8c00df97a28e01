package io.tokenvault.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Gathers what is wrong with the fields of one request, at most one error per field, so that one answer names them all. */
final class FieldErrors {
    private static final int MOST = 50;
    /** Longer than any name of ours and shorter than any key, bootstrap keys included: a misplaced one is not echoed. */
    private static final Pattern SHOWN = Pattern.compile("[A-Za-z0-9_.-]{1,31}");

    private final List<FieldError> errors = new ArrayList<>();
    private boolean verified;

    void add(String path, String message) {
        if (errors.size() < MOST
                && errors.stream().noneMatch(error -> error.field().equals(path))) {
            errors.add(new FieldError(path, message));
        }
    }

    void verify() {
        if (!errors.isEmpty()) {
            throw ProblemException.invalid(errors);
        }
        verified = true;
    }

    void requireVerified() {
        if (!verified) {
            throw new IllegalStateException("a field was read before verify()");
        }
    }

    /** A name that the caller made up, fit to be shown. */
    static String shown(String name) {
        return SHOWN.matcher(name).matches() ? name : "(unreadable name)";
    }
}
