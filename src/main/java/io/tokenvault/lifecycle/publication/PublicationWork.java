package io.tokenvault.lifecycle.publication;

import io.tokenvault.environment.Place;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import org.jspecify.annotations.Nullable;

/**
 * One wish under a lease.
 *
 * @param place where it is to be fulfilled
 * @param value what to publish; null: nothing, the name is to be deleted
 * @param replace the name is to be deleted first, because what is there cannot be read
 * @param soon the last publication under this name is less than ten minutes ago
 */
record PublicationWork(
        ConnectionId connection,
        EnvironmentName environment,
        Place place,
        long generation,
        @Nullable SecretValue value,
        boolean replace,
        boolean soon,
        int attempts) {}
