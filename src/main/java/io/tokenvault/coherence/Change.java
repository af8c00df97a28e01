package io.tokenvault.coherence;

import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;

/** What a committed change may have made untrue of what a replica keeps. */
public sealed interface Change {
    /** The connection, or any of its tokens. */
    record OfConnection(ConnectionId connection) implements Change {}

    /** The operator, or its key. */
    record OfOperator(OperatorId operator) implements Change {}

    /** The keys or the rules of an environment. */
    record OfEnvironment(EnvironmentName environment) implements Change {}
}
