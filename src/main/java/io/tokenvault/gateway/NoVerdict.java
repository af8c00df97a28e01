package io.tokenvault.gateway;

import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.validation.RecordsInDoubtException;
import io.tokenvault.validation.RecordsUnavailableException;
import java.time.Duration;

/** Why there is no verdict, as the problem to answer with. */
final class NoVerdict {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_DECISION = Duration.ofMinutes(1);

    private NoVerdict() {}

    /** 503 for what keeps the validator from answering; any other failure as it is. */
    static Throwable problem(Throwable failure) {
        return switch (failure) {
            case RecordsUnavailableException _ ->
                ProblemException.retryable(
                        ProblemCode.VALIDATION_UNAVAILABLE, "the database cannot be reached", RETRY_AFTER);
            case RecordsInDoubtException _ ->
                ProblemException.retryable(
                        ProblemCode.DATABASE_RESTORED, "an admin has to decide", RETRY_AFTER_DECISION);
            default -> failure;
        };
    }
}
