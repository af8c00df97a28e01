package io.tokenvault.secrets;

import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.util.List;

/**
 * The stable, documented name of a secret. It is built of checked ids only, never of a user's text, so that no name
 * can reach into a neighbour's.
 */
public sealed interface SecretName {
    String APPLICATION = "token-vault";

    /** The environment whose backend and identity own the secret. */
    EnvironmentName environment();

    /** The parts of the name, the application first. */
    List<String> segments();

    /** {@code token-vault/<environment>/…}: the name where {@code /} is allowed. */
    default String path() {
        return String.join("/", segments());
    }

    /** The token of a connection: {@code token-vault/<environment>/<connection id>/token}. */
    record ConnectionToken(EnvironmentName environment, ConnectionId connection) implements SecretName {
        @Override
        public List<String> segments() {
            return List.of(APPLICATION, environment.value(), connection.value(), "token");
        }
    }

    /** The keys of an environment: {@code token-vault/<environment>/keyring}. */
    record Keyring(EnvironmentName environment) implements SecretName {
        @Override
        public List<String> segments() {
            return List.of(APPLICATION, environment.value(), "keyring");
        }
    }

    /** How far the change log of the database has come: {@code token-vault/system/mark}. */
    record Mark() implements SecretName {
        @Override
        public EnvironmentName environment() {
            return EnvironmentName.SYSTEM;
        }

        @Override
        public List<String> segments() {
            return List.of(APPLICATION, environment().value(), "mark");
        }
    }
}
