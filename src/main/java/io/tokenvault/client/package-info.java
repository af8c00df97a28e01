/** What a platform service asks Token Vault with: JDK only, and JAX-RS for the filter; imports nothing of the project. */
@NullMarked
package io.tokenvault.client;

import org.jspecify.annotations.NullMarked;
