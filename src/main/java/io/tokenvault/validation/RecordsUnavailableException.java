package io.tokenvault.validation;

import java.sql.SQLException;

/** Nobody who knows can be asked: the database is away, or this replica was cut off from it for longer than its lease. */
public final class RecordsUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecordsUnavailableException(SQLException cause) {
        super("token records cannot be read", cause);
    }

    /** There is no lease to answer on, or no room to ask. */
    RecordsUnavailableException() {
        super("token records cannot be relied on", null, false, false);
    }
}
