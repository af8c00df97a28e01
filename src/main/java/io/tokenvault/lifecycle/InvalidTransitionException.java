package io.tokenvault.lifecycle;

import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.Move;

/** The status of the connection does not allow the move; nothing was changed. */
public final class InvalidTransitionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidTransitionException(Move move, ConnectionStatus status) {
        this(move.code(), status);
    }

    InvalidTransitionException(String operation, ConnectionStatus status) {
        super(operation + " is not possible while the connection is " + status.code(), null, false, false);
    }
}
