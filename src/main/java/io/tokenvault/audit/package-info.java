/** What happened, who did it and how it ended. */
@NullMarked
package io.tokenvault.audit;

import org.jspecify.annotations.NullMarked;
