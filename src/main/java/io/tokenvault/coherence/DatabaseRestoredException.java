package io.tokenvault.coherence;

/** The database was restored from an old dump and nobody has decided what to do about it; nothing was changed. */
public final class DatabaseRestoredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseRestoredException() {
        super("the database was restored from an old dump; an admin has to decide", null, false, false);
    }
}
