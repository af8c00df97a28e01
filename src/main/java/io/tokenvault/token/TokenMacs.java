package io.tokenvault.token;

/**
 * Computes and checks the keyed MACs under which credentials are stored: HMAC-SHA-256 over the whole text, with the
 * keys of one environment (or of {@link EnvironmentName#SYSTEM} for operator keys). Thread-safe, in memory, never
 * blocks on a backend.
 */
public interface TokenMacs {
    /** The MAC under the environment's newest key. */
    byte[] compute(EnvironmentName environment, Credential credential);

    /** Whether {@code mac} was made from this credential with a live key of the environment; takes constant time. */
    boolean matches(EnvironmentName environment, byte[] mac, Credential presented);
}
