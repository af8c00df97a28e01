/** The control plane over HTTP. */
@NullMarked
package io.tokenvault.api;

import org.jspecify.annotations.NullMarked;
