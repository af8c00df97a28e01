package io.tokenvault.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Computes and checks keyed MACs, HMAC-SHA-256 with the keys of one environment (or of {@link EnvironmentName#SYSTEM}):
 * the form in which credentials are stored. Thread-safe and in memory; only a MAC that names a key this replica does
 * not know yet is worth one look into the backend, of bounded time.
 */
public interface TokenMacs {
    /** The MAC of {@code data} under the environment's newest key. */
    byte[] compute(EnvironmentName environment, byte[] data);

    /** Whether {@code mac} was made from {@code data} with a live key of the environment; compares in constant time. */
    boolean matches(EnvironmentName environment, byte[] mac, byte[] data);

    /**
     * Whether {@code mac} was made from {@code data} with a retired key of the environment: proof of what was issued
     * once, and never a reason to accept it; compares in constant time.
     */
    boolean matchesRetired(EnvironmentName environment, byte[] mac, byte[] data);

    /** Whether {@code mac} can be checked with the live keys that are in memory: {@link #matches} then waits for nothing. */
    boolean isAtHand(EnvironmentName environment, byte[] mac);

    /** The MAC over the whole text of a credential. */
    default byte[] compute(EnvironmentName environment, Credential credential) {
        return compute(environment, credential.reveal().getBytes(US_ASCII));
    }

    /** Whether {@code mac} is that of the whole text of {@code presented}. */
    default boolean matches(EnvironmentName environment, byte[] mac, Credential presented) {
        return matches(environment, mac, presented.reveal().getBytes(US_ASCII));
    }

    /** Whether {@code mac} is that of the whole text of {@code presented}, made with a retired key. */
    default boolean matchesRetired(EnvironmentName environment, byte[] mac, Credential presented) {
        return matchesRetired(environment, mac, presented.reveal().getBytes(US_ASCII));
    }
}
