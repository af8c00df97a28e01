package io.tokenvault.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** The answer to "is this token good?". Nothing but {@link Accepted} lets a request through. */
public sealed interface Verdict {
    /**
     * The token is good for what was asked, at this moment; the next request has to ask again.
     *
     * @param scopes everything that the connection may do
     * @param state {@code RETIRING} when a newer token exists and this one is on its way out
     * @param expiresAt empty when it has no end of its own
     * @param retiresAt when the overlap ends; empty for a current token
     */
    record Accepted(
            String tokenId,
            String connectionId,
            String tenant,
            String system,
            String environment,
            Set<String> scopes,
            State state,
            Optional<Instant> expiresAt,
            Optional<Instant> retiresAt)
            implements Verdict {
        public Accepted {
            scopes = Set.copyOf(scopes);
        }
    }

    /** The token is not good, or not for this. */
    record Refused(Reason reason) implements Verdict {}

    /**
     * Nobody knows, so nothing may pass.
     *
     * @param retryAfter when it is worth asking again, one second or more
     */
    record Unavailable(Cause cause, Duration retryAfter) implements Verdict {}

    /** Where a good token is in its life. */
    enum State {
        CURRENT,
        RETIRING
    }

    /** Why there is no verdict. */
    enum Cause {
        /** No whole answer came in time. */
        TIMEOUT,
        /** No connection, or it ended before the answer did. */
        CONNECTION,
        /** The service says that it cannot tell (5xx). */
        SERVICE,
        /** What came is no verdict on this question. */
        ANSWER,
        /** The operator key is missing, or the service does not let this caller ask this question: a matter of settings. */
        CALLER,
        /** Too many questions in a row got no verdict, so none is asked for a moment. */
        CIRCUIT,
        /** The thread was interrupted, and still is. */
        INTERRUPTED
    }
}
