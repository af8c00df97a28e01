/**
 * What {@code make run} starts: a PostgreSQL, where wanted an OpenBao, and the service in its production jar. It is
 * compiled with the tests and never packaged with the service.
 */
@NullMarked
package io.tokenvault.embedded;

import org.jspecify.annotations.NullMarked;
