/** Builds the container image from the packaged service and a Java of its own; not part of the service. */
@NullMarked
package io.tokenvault.image;

import org.jspecify.annotations.NullMarked;
