/** When a change is in force on every replica, and by which clock. */
@NullMarked
package io.tokenvault.coherence;

import org.jspecify.annotations.NullMarked;
