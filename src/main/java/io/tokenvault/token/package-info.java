/** What a token is: ids, format, states and their rules. JDK only. */
@NullMarked
package io.tokenvault.token;

import org.jspecify.annotations.NullMarked;
