/** Rotation and retirement of the keys of an environment. */
@NullMarked
package io.tokenvault.lifecycle.keyring;

import org.jspecify.annotations.NullMarked;
