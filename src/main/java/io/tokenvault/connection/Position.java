package io.tokenvault.connection;

import java.time.Instant;

/** Where a page of a list, newest first, goes on: after the row of this time and id. */
public record Position(Instant at, String id) {}
