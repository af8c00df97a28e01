package io.tokenvault.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Computes and checks keyed MACs, HMAC-SHA-256 with the keys of one environment (or of {@link EnvironmentName#SYSTEM}):
 * the form in which credentials are stored. Thread-safe, in memory, never blocks on a backend.
 */
public interface TokenMacs {
    /** The MAC of {@code data} under the environment's newest key. */
    byte[] compute(EnvironmentName environment, byte[] data);

    /** Whether {@code mac} was made from {@code data} with a live key of the environment; compares in constant time. */
    boolean matches(EnvironmentName environment, byte[] mac, byte[] data);

    /** The MAC over the whole text of a credential. */
    default byte[] compute(EnvironmentName environment, Credential credential) {
        return compute(environment, credential.reveal().getBytes(US_ASCII));
    }

    /** Whether {@code mac} is that of the whole text of {@code presented}. */
    default boolean matches(EnvironmentName environment, byte[] mac, Credential presented) {
        return matches(environment, mac, presented.reveal().getBytes(US_ASCII));
    }
}
