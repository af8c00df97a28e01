/** What changes a connection or a token: one class for each operation, one transaction for each decision. */
@NullMarked
package io.tokenvault.lifecycle;

import org.jspecify.annotations.NullMarked;
