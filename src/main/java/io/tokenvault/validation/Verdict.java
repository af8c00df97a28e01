package io.tokenvault.validation;

import io.tokenvault.token.TokenState;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The answer to a presented token. Only a holder who proved possession learns more than malformed or unknown. */
public sealed interface Verdict {
    /** Good, as {@code state}: current or retiring. */
    record Accepted(TokenRecord token, TokenState state) implements Verdict {}

    /** Not good. */
    record Refused(Reason reason) implements Verdict {}

    /** Good, and used more often than its limit allows; not before that time is over again. */
    record Limited(Duration retryAfter) implements Verdict {
        public Reason reason() {
            return Reason.RATE_LIMITED;
        }
    }

    /** The verdict, or why there is none, thrown as it is. Blocks; for virtual threads. */
    static Verdict await(CompletionStage<Verdict> pending) {
        try {
            return pending.toCompletableFuture().join();
        } catch (CompletionException noVerdict) {
            if (noVerdict.getCause() instanceof RuntimeException why) {
                throw why;
            }
            throw noVerdict;
        }
    }
}
