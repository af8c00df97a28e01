package io.tokenvault.validation;

/** The token records are older than what was confirmed once, so that there is no verdict until an admin decides. */
public final class RecordsInDoubtException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecordsInDoubtException() {
        super("the database was restored from an old dump; an admin has to decide", null, false, false);
    }
}
