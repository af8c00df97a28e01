package io.tokenvault.validation;

import java.sql.SQLException;

/** The database cannot be asked, so that there is no verdict. */
public final class RecordsUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecordsUnavailableException(SQLException cause) {
        super("token records cannot be read", cause);
    }
}
