/** Environments, their policy and their typed configuration. */
@NullMarked
package io.tokenvault.environment;

import org.jspecify.annotations.NullMarked;
