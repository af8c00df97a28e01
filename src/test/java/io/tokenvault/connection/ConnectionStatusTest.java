package io.tokenvault.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.connection.ConnectionStatus.Disconnected;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.connection.ConnectionStatus.Suspended;
import io.tokenvault.connection.ConnectionStatus.Transition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every cell of the table of statuses and moves. */
class ConnectionStatusTest {

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(textBlock = """
            active,                       ROTATE,                   active
            active,                       RECONNECT,                active
            active,                       REQUIRE_REAUTHORIZATION,  reauthorization_required
            active,                       SUSPEND,                  suspended/active
            active,                       RESUME,                   no-op
            active,                       DISCONNECT,               disconnected
            reauthorization_required,     ROTATE,                   forbidden
            reauthorization_required,     RECONNECT,                active
            reauthorization_required,     REQUIRE_REAUTHORIZATION,  no-op
            reauthorization_required,     SUSPEND,                  suspended/reauthorization_required
            reauthorization_required,     RESUME,                   no-op
            reauthorization_required,     DISCONNECT,               disconnected
            suspended/active,             ROTATE,                   forbidden
            suspended/active,             RECONNECT,                forbidden
            suspended/active,             REQUIRE_REAUTHORIZATION,  suspended/reauthorization_required
            suspended/active,             SUSPEND,                  no-op
            suspended/active,             RESUME,                   active
            suspended/active,             DISCONNECT,               disconnected
            suspended/reauthorization_required, ROTATE,                   forbidden
            suspended/reauthorization_required, RECONNECT,                forbidden
            suspended/reauthorization_required, REQUIRE_REAUTHORIZATION,  no-op
            suspended/reauthorization_required, SUSPEND,                  no-op
            suspended/reauthorization_required, RESUME,                   reauthorization_required
            suspended/reauthorization_required, DISCONNECT,               disconnected
            disconnected,                 ROTATE,                   forbidden
            disconnected,                 RECONNECT,                forbidden
            disconnected,                 REQUIRE_REAUTHORIZATION,  forbidden
            disconnected,                 SUSPEND,                  forbidden
            disconnected,                 RESUME,                   forbidden
            disconnected,                 DISCONNECT,               no-op
            """)
    void everyMoveFromEveryStatus(String from, Move move, String expected) {
        Transition transition = status(from).after(move);

        assertThat(transition).isEqualTo(transition(expected));
    }

    private static Transition transition(String text) {
        return switch (text) {
            case "no-op" -> new Transition.Nothing();
            case "forbidden" -> new Transition.Forbidden();
            default -> new Transition.To(status(text));
        };
    }

    private static ConnectionStatus status(String text) {
        return switch (text) {
            case "active" -> Operating.ACTIVE;
            case "reauthorization_required" -> Operating.REAUTHORIZATION_REQUIRED;
            case "suspended/active" -> new Suspended(Operating.ACTIVE);
            case "suspended/reauthorization_required" -> new Suspended(Operating.REAUTHORIZATION_REQUIRED);
            case "disconnected" -> new Disconnected();
            default -> throw new IllegalArgumentException(text);
        };
    }
}
