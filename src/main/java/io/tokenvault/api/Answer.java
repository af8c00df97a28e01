package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.lifecycle.publication.Publisher.Wish;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EnvironmentName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a change, made in its transaction; {@link Changes} completes it after the commit with what is only
 * known then.
 *
 * @param location the path of what was created; null when nothing was
 * @param shownOnce the secret that the answer shows; null when it shows none
 * @param published the generations that the backend is to be brought to
 * @param effect whether the change has to come into force everywhere: null when there was nothing to change
 */
record Answer(
        int status,
        @Nullable String location,
        ObjectNode body,
        @Nullable ShownOnce shownOnce,
        List<Wish> published,
        @Nullable Effect effect) {

    /**
     * A secret in the answer. In {@code body} stands null in its place.
     *
     * @param object the object of the body that holds it; empty: the body itself
     * @param domain the environment under whose keys it is sealed for a repeated request
     */
    record ShownOnce(String object, String field, Credential credential, EnvironmentName domain) {
        ObjectNode in(ObjectNode body) {
            return object.isEmpty() ? body : (ObjectNode) body.get(object);
        }
    }

    /** What a change does to verdicts. */
    enum Effect {
        /** Something is refused from now on that was accepted before. */
        TIGHTENING,
        /** Nothing that was accepted before is refused. */
        LOOSENING
    }

    static Answer ok(ObjectNode body) {
        return new Answer(200, null, body, null, List.of(), null);
    }

    static Answer created(String location, ObjectNode body) {
        return new Answer(201, location, body, null, List.of(), null);
    }

    /** For work that goes on after the answer. */
    static Answer accepted(String location, ObjectNode body) {
        return new Answer(202, location, body, null, List.of(), null);
    }

    Answer showing(ShownOnce secret) {
        return new Answer(status, location, body, secret, published, effect);
    }

    Answer publishing(List<Wish> wishes) {
        return new Answer(status, location, body, shownOnce, wishes, effect);
    }

    Answer effective(@Nullable Effect of) {
        return new Answer(status, location, body, shownOnce, published, of);
    }
}
