/** Connections and their tokens as rows, and the status machine between them. */
@NullMarked
package io.tokenvault.connection;

import org.jspecify.annotations.NullMarked;
