package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.connection.Connection;
import io.tokenvault.lifecycle.Issued;
import io.tokenvault.lifecycle.StatusChange;
import io.tokenvault.lifecycle.publication.Publisher.Wish;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The answers to changes of connections. */
@ApplicationScoped
class ConnectionAnswers {
    private final ConnectionShapes connections;
    private final TokenShapes tokens;

    ConnectionAnswers(ConnectionShapes connections, TokenShapes tokens) {
        this.connections = connections;
        this.tokens = tokens;
    }

    Answer created(Issued issued) {
        return showing(
                issued, Answer.created("/v1/connections/" + issued.connection().id(), shape(issued)));
    }

    /** After a rotation or a reconnection. */
    Answer replaced(Issued issued) {
        ObjectNode body = shape(issued);
        body.set(
                "previous",
                issued.previous() == null
                        ? null
                        : tokens.previous(issued.previous(), issued.token().issuedAt()));
        body.putNull("effective");
        return showing(issued, Answer.ok(body)).effective(Effect.TIGHTENING);
    }

    Answer changed(StatusChange change, Effect effect) {
        ObjectNode body = Json.data(connections.of(change.connection()));
        body.putNull("effective");
        return Answer.ok(body).effective(change.changed() ? effect : null);
    }

    /** As {@link #changed}, for a change of what the backend is to hold. */
    Answer changedEverywhere(StatusChange change) {
        return changed(change, Effect.TIGHTENING)
                .publishing(change.changed() ? List.of(wish(change.connection())) : List.of());
    }

    static Wish wish(Connection connection) {
        return new Wish(connection.id(), connection.generation());
    }

    private ObjectNode shape(Issued issued) {
        ObjectNode body = Json.object();
        body.set("connection", connections.of(issued.connection()));
        ObjectNode token = tokens.of(issued.token(), issued.token().issuedAt());
        token.putNull(ShownSecrets.TOKEN);
        body.set("token", token);
        return body;
    }

    private static Answer showing(Issued issued, Answer answer) {
        return answer.showing(new Answer.ShownOnce(
                        "token",
                        ShownSecrets.TOKEN,
                        issued.credential(),
                        issued.connection().environment()))
                .publishing(List.of(wish(issued.connection())));
    }
}
