/** The move of an environment to another backend, or to the other storage mode. */
@NullMarked
package io.tokenvault.lifecycle.relocation;

import org.jspecify.annotations.NullMarked;
