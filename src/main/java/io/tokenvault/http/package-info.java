/** The HTTP edge: problem documents, request ids, limits, and the one place that registers raw routes. */
@NullMarked
package io.tokenvault.http;

import org.jspecify.annotations.NullMarked;
