/** The embedded secrets backend: one sealed file per secret. */
@NullMarked
package io.tokenvault.secrets.local;

import org.jspecify.annotations.NullMarked;
