/** The secrets backend on HashiCorp Vault and OpenBao, KV version 2. */
@NullMarked
package io.tokenvault.secrets.vault;

import org.jspecify.annotations.NullMarked;
