/** The secrets backend on Azure Key Vault. */
@NullMarked
package io.tokenvault.secrets.azure;

import org.jspecify.annotations.NullMarked;
