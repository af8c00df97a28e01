/** Recognizes a database that was restored from an old dump, and carries out what an admin decides about it. */
@NullMarked
package io.tokenvault.lifecycle.restoration;

import org.jspecify.annotations.NullMarked;
