package io.tokenvault.lifecycle.publication;

import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.StoredSecret;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How what a backend holds compares with what it is to hold. */
enum Finding {
    RIGHT,
    /** Nothing is there. It is put again. */
    MISSING,
    /** An earlier generation, or what somebody else put there. The value is put again. */
    OLDER,
    /** Another value under the right generation, which no put replaces. The value is put with a new generation. */
    ALTERED,
    /** Something is there that cannot be read as a value. It is deleted, and the value is put again. */
    UNREADABLE,
    /** Something is there where nothing should be. It is deleted. */
    REAPPEARED,
    /** A generation that this database never asked for: it may have been restored from an older copy. Left alone. */
    LATER;

    /** @param wanted null when nothing is to be there */
    static Finding of(@Nullable SecretValue wanted, long generation, Optional<StoredSecret> found) {
        if (wanted == null) {
            return found.isEmpty() ? RIGHT : REAPPEARED;
        }
        if (found.isEmpty()) {
            return MISSING;
        }
        long present = found.get().generation();
        if (present != generation) {
            return present < generation ? OLDER : LATER;
        }
        return found.get().value().equals(wanted.withGeneration(generation)) ? RIGHT : ALTERED;
    }

    /** Whether it is healed by what cannot be taken back: a delete, or a value in the place of another one. */
    boolean overrules() {
        return switch (this) {
            case ALTERED, UNREADABLE, REAPPEARED -> true;
            case RIGHT, MISSING, OLDER, LATER -> false;
        };
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
