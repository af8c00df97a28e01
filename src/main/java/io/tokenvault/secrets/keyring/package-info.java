/** The keys of each environment: MACs of tokens, sealing of values in the database. The only user of Tink. */
@NullMarked
package io.tokenvault.secrets.keyring;

import org.jspecify.annotations.NullMarked;
