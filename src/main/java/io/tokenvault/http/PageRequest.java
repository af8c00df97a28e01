package io.tokenvault.http;

import java.util.Optional;

/** Which part of a list is wanted: at most {@code limit} objects after {@code after}; empty means from the newest. */
public record PageRequest(int limit, Optional<Cursor> after) {}
