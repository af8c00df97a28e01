/** Background jobs: work that outlives its call and its replica. */
@NullMarked
package io.tokenvault.lifecycle.jobs;

import org.jspecify.annotations.NullMarked;
