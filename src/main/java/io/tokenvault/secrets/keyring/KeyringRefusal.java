package io.tokenvault.secrets.keyring;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.token.EnvironmentName;

/**
 * The service must not start with what it found. Says, in one line, which keyring, what is wrong and what to do; as a
 * {@link ConfigurationException} it is printed without a stack trace, and ends the process with exit code 1.
 */
public final class KeyringRefusal extends ConfigurationException {
    private static final long serialVersionUID = 1L;

    KeyringRefusal(EnvironmentName environment, String problem, String remedy) {
        super("keyring of environment " + environment + ": " + problem + "; no keyring was made. " + remedy);
    }
}
