/** Protocols in front of validation: JSON and forward-auth. */
@NullMarked
package io.tokenvault.gateway;

import org.jspecify.annotations.NullMarked;
