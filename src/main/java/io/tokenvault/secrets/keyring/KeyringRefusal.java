package io.tokenvault.secrets.keyring;

import io.tokenvault.token.EnvironmentName;

/** The service must not start with what it found: says, in one line, which keyring, what is wrong and what to do. */
public final class KeyringRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyringRefusal(EnvironmentName environment, String problem, String remedy) {
        super("keyring of environment " + environment + ": " + problem + "; no keyring was made. " + remedy);
    }
}
