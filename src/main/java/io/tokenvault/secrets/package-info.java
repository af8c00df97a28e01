/** The interface to a secrets backend, the values that go through it, and its decorators. */
@NullMarked
package io.tokenvault.secrets;

import org.jspecify.annotations.NullMarked;
