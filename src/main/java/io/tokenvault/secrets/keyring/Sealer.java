package io.tokenvault.secrets.keyring;

import io.tokenvault.token.EnvironmentName;

/**
 * Seals what the database keeps secret, with AES-256-GCM under the keys of one environment. A sealed value opens only
 * in the environment and for the context it was sealed for, so that no row can stand in for another. Thread-safe, in
 * memory, never blocks on a backend.
 */
public interface Sealer {
    /** Seals under the environment's newest key; {@code context} says whose and what for, and is not secret. */
    byte[] seal(EnvironmentName environment, String context, byte[] plain);

    /** What was sealed; {@link IllegalStateException} when it was changed, or sealed elsewhere or for something else. */
    byte[] unseal(EnvironmentName environment, String context, byte[] sealed);
}
