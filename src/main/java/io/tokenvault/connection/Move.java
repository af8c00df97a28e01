package io.tokenvault.connection;

import java.util.Locale;

/** What can be done to a connection as a whole; {@link ConnectionStatus#after} says when. */
public enum Move {
    ROTATE,
    RECONNECT,
    REQUIRE_REAUTHORIZATION,
    SUSPEND,
    RESUME,
    DISCONNECT;

    /** As in audit events and messages. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
