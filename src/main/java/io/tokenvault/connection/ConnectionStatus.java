package io.tokenvault.connection;

import java.util.Locale;

/**
 * The status of a connection. Suspension is an overlay that remembers the status under it; a disconnected connection is
 * final.
 */
public sealed interface ConnectionStatus {

    /** The status of a connection that nobody suspended or disconnected. */
    enum Operating implements ConnectionStatus {
        ACTIVE,
        /** The source rejected the credentials, or a caller said so. */
        REAUTHORIZATION_REQUIRED;

        @Override
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Transition after(Move move) {
            return switch (move) {
                case ROTATE -> this == ACTIVE ? new Transition.To(ACTIVE) : new Transition.Forbidden();
                case RECONNECT -> new Transition.To(ACTIVE);
                case REQUIRE_REAUTHORIZATION ->
                    this == REAUTHORIZATION_REQUIRED
                            ? new Transition.Nothing()
                            : new Transition.To(REAUTHORIZATION_REQUIRED);
                case SUSPEND -> new Transition.To(new Suspended(this));
                case RESUME -> new Transition.Nothing();
                case DISCONNECT -> new Transition.To(new Disconnected());
            };
        }
    }

    /**
     * Stopped by the security team.
     *
     * @param under what it becomes again when it is resumed
     */
    record Suspended(Operating under) implements ConnectionStatus {
        @Override
        public String code() {
            return "suspended";
        }

        @Override
        public Transition after(Move move) {
            return switch (move) {
                case ROTATE, RECONNECT -> new Transition.Forbidden();
                case REQUIRE_REAUTHORIZATION ->
                    under == Operating.REAUTHORIZATION_REQUIRED
                            ? new Transition.Nothing()
                            : new Transition.To(new Suspended(Operating.REAUTHORIZATION_REQUIRED));
                case SUSPEND -> new Transition.Nothing();
                case RESUME -> new Transition.To(under);
                case DISCONNECT -> new Transition.To(new Disconnected());
            };
        }
    }

    /** Over for good; its secrets are deleted. */
    record Disconnected() implements ConnectionStatus {
        @Override
        public String code() {
            return "disconnected";
        }

        @Override
        public Transition after(Move move) {
            return switch (move) {
                case ROTATE, RECONNECT, REQUIRE_REAUTHORIZATION, SUSPEND, RESUME -> new Transition.Forbidden();
                case DISCONNECT -> new Transition.Nothing();
            };
        }
    }

    /** What a move leads to. */
    sealed interface Transition {
        /** It happens; the status is {@code next} afterwards. */
        record To(ConnectionStatus next) implements Transition {}

        /** It was so already. */
        record Nothing() implements Transition {}

        /** The status does not allow it. */
        record Forbidden() implements Transition {}
    }

    /** As in JSON. */
    String code();

    /** The whole table of moves: what {@code move} does to a connection in this status. */
    Transition after(Move move);
}
