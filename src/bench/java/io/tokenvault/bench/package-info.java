/** What a verdict costs, beside what others cost on the same machine. No part of the production jar, and no test. */
@NullMarked
package io.tokenvault.bench;

import org.jspecify.annotations.NullMarked;
