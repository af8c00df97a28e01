/** Where the configured backends are made and dressed; the one package that knows every adapter. */
@NullMarked
package io.tokenvault.secrets.assembly;

import org.jspecify.annotations.NullMarked;
