package io.tokenvault.secrets;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** {@code token-vault.system.*}: where what belongs to no environment is kept. */
@ConfigMapping(prefix = "token-vault.system")
public interface SystemConfig {
    /** The name of a backend under {@code token-vault.backends}. */
    @WithDefault("main")
    String backend();
}
