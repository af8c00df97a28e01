package io.tokenvault.lifecycle.publication;

import io.tokenvault.environment.Place;
import io.tokenvault.lifecycle.publication.MovedPublications.Expected;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Walks over every name of an environment in its second place, some at a time, in the order of the connections. */
@ApplicationScoped
public class PlaceWalk {
    private static final int SOME = 50;

    private final MovedPublications publications;
    private final Backends backends;

    PlaceWalk(MovedPublications publications, Backends backends) {
        this.publications = publications;
        this.backends = backends;
    }

    /** How far a walk came. */
    public sealed interface Step {
        /** These are in order; there may be more after the last of them. */
        record Came(ConnectionId last, int names) implements Step {}

        /** The next one is not in order yet. */
        record Waiting(String why) implements Step {}

        /** What is under the next name is not for us to replace. */
        record Foreign(String why) implements Step {}

        /** There are no more. */
        record Ended() implements Step {}
    }

    /**
     * Reads what the second place holds, and compares it with what consumers are to read. A name that changes faster than
     * it is looked at is left to the switch, which publishes whatever is not there yet.
     */
    public Step compare(EnvironmentName environment, Place second, String after) {
        SecretsBackend backend = backends.demand(second.backend());
        @Nullable ConnectionId last = null;
        int names = 0;
        for (ConnectionId connection : publications.after(environment, after, SOME)) {
            Expected expected = publications.expected(connection);
            Finding finding = finding(backend, environment, expected);
            if (finding.overrules()) {
                return new Step.Foreign("backend " + second.backend() + " holds another value under "
                        + name(environment, connection).path() + " (" + finding.code() + ")");
            }
            if (finding != Finding.RIGHT && last == null) {
                return notYet(environment, expected, finding);
            }
            if (finding != Finding.RIGHT) {
                break;
            }
            last = connection;
            names++;
        }
        return came(last, names);
    }

    private static Finding finding(SecretsBackend backend, EnvironmentName environment, Expected expected) {
        if (expected.value() == null) {
            return Finding.RIGHT;
        }
        if (expected.copied() < expected.generation()) {
            return expected.following() ? Finding.RIGHT : Finding.OLDER;
        }
        return Finding.of(
                expected.value(), expected.generation(), backend.get(name(environment, expected.connection())));
    }

    private Step notYet(EnvironmentName environment, Expected expected, Finding finding) {
        // A later generation is one of a change since; a copy that is gone is made again.
        if (finding != Finding.LATER && expected.copied() >= expected.generation()) {
            publications.copyAgain(expected.connection());
        }
        return new Step.Waiting(
                publications.failure(environment).orElse("copying what consumers of " + environment + " read"));
    }

    /** Deletes what is still in a place that was cleared: a write may have come late. */
    public Step sweepOut(EnvironmentName environment, Place cleared, String after) {
        SecretsBackend backend = backends.demand(cleared.backend());
        @Nullable ConnectionId last = null;
        int names = 0;
        for (ConnectionId connection : publications.after(environment, after, SOME)) {
            SecretName name = name(environment, connection);
            if (backend.get(name).isPresent()) {
                backend.delete(name);
            }
            last = connection;
            names++;
        }
        return came(last, names);
    }

    private static Step came(@Nullable ConnectionId last, int names) {
        return last == null ? new Step.Ended() : new Step.Came(last, names);
    }

    private static SecretName name(EnvironmentName environment, ConnectionId connection) {
        return new SecretName.ConnectionToken(environment, connection);
    }
}
