/** The data path: what the holder of a connection token can call. */
@NullMarked
package io.tokenvault.data;

import org.jspecify.annotations.NullMarked;
