package io.tokenvault.secrets;

import java.util.Optional;

/**
 * Keeps the current value of named secrets in an external store.
 *
 * <p>Values carry a generation, a number that only grows, in their field {@code generation}; a later one is never
 * replaced by an earlier one, and the first value of a generation stays its only one. What somebody else put under a
 * name counts as generation 0. Numbers in a value are exact up to 2^53; OpenBao keeps no more of them.
 * Implementations are thread-safe, block the calling (virtual) thread, and put a deadline of their own on every call.
 * Failures are {@link SecretsBackendException}s and nothing else; absence is not a failure.
 */
public interface SecretsBackend {

    /**
     * Makes {@code value} the current value of {@code name}, unless a later generation already is. Repeating it is
     * safe, also after an unknown outcome. Of two callers at once, the one with the later generation wins; of two
     * with the same, the first. The generation is at least 1.
     */
    Publication put(SecretName name, SecretValue value, long generation);

    /** The current value with its generation; empty when there is none, or it was deleted. */
    Optional<StoredSecret> get(SecretName name);

    /** Makes {@code name} unreadable, whether or not it exists. */
    void delete(SecretName name);

    /** Proves that the store is reachable and that our identity may use it. Changes nothing. */
    void check();
}
