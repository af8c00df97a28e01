/** Operators: who calls the control plane, with which roles, in which environments. */
@NullMarked
package io.tokenvault.access;

import org.jspecify.annotations.NullMarked;
