package io.tokenvault.validation;

import io.tokenvault.token.TokenId;
import java.util.Optional;

/** What the primary knows of tokens. */
interface TokenRecords {
    /**
     * What the primary said.
     *
     * @param token empty: there is none of this id
     * @param head of the change log, as of the same moment
     */
    record Read(Optional<TokenRecord> token, long head) {}

    /** Asks the primary, and blocks until it answers or a {@link RecordsUnavailableException} says that it does not. */
    Read find(TokenId id);
}
