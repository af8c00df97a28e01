/** The hot path: present a token, get a verdict. Never touches a secrets backend. */
@NullMarked
package io.tokenvault.validation;

import org.jspecify.annotations.NullMarked;
