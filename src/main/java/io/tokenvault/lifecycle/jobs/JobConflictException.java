package io.tokenvault.lifecycle.jobs;

import io.tokenvault.token.EnvironmentName;

/** Another job of the environment has not ended. */
public final class JobConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JobConflictException(EnvironmentName environment) {
        super("another job of environment " + environment + " has not ended", null, false, false);
    }
}
