package io.tokenvault.lifecycle;

import io.tokenvault.connection.Connection;

/**
 * What a call that sets something to a wanted state found.
 *
 * @param changed false when it was so already
 */
public record StatusChange(Connection connection, boolean changed) {}
