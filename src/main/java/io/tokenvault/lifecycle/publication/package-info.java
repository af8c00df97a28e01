/** Brings the secrets backend to the generation that the database wants. */
@NullMarked
package io.tokenvault.lifecycle.publication;

import org.jspecify.annotations.NullMarked;
