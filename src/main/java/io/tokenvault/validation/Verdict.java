package io.tokenvault.validation;

import io.tokenvault.token.TokenState;

/** The answer to a presented token. Only a holder who proved possession learns more than malformed or unknown. */
public sealed interface Verdict {
    /** Good, as {@code state}: current or retiring. */
    record Accepted(TokenRecord token, TokenState state) implements Verdict {}

    /** Not good. */
    record Refused(Reason reason) implements Verdict {}
}
