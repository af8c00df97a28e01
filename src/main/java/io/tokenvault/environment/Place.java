package io.tokenvault.environment;

import java.util.Locale;

/**
 * Where an environment keeps its secrets.
 *
 * @param backend the configured name of the backend, which holds the keyring in any case
 */
public record Place(String backend, Environment.StorageMode storage) {
    /** Whether each token is a secret of its own there. */
    public boolean holdsTokens() {
        return storage == Environment.StorageMode.SECRET;
    }

    /** For people: {@code backend main, storage secret}. */
    @Override
    public String toString() {
        return "backend " + backend + ", storage " + storage.name().toLowerCase(Locale.ROOT);
    }
}
