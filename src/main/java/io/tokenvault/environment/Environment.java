package io.tokenvault.environment;

import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.Mark;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An isolation domain: own keys, own secrets backend, own token mark, own policy. Nothing crosses.
 *
 * @param backend the name of the secrets backend that it is in
 * @param storage where the values of its tokens are kept
 */
public record Environment(EnvironmentName name, Mark mark, String backend, StorageMode storage, Policy policy) {

    /** Where its secrets are. */
    public Place place() {
        return new Place(backend, storage);
    }

    /** The same environment in another place. */
    Environment at(Place other) {
        return new Environment(name, mark, other.backend(), other.storage(), policy);
    }

    /** Where the value of a token is kept. */
    public enum StorageMode {
        /** Each token is a secret of its own in the backend, where consumers read it. */
        SECRET,
        /** Only the keyring is in the backend; tokens are sealed in the database. */
        SEALED
    }

    /**
     * Bounds on the life of tokens.
     *
     * @param maxLife the longest life from issue on; null: as long as the connection
     * @param inactivityLimit how long a token may go unused; null: any time
     * @param rotationPeriod how old a token may grow before a scheduled rotation; null: never
     * @param rotationOverlap how long the old token lives after a rotation that names no overlap
     */
    public record Policy(
            @Nullable Duration maxLife,
            @Nullable Duration inactivityLimit,
            @Nullable Duration rotationPeriod,
            Duration rotationOverlap) {}
}
