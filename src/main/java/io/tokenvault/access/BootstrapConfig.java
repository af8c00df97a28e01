package io.tokenvault.access;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** {@code token-vault.bootstrap.*}: the key that makes the first admin. */
@ConfigMapping(prefix = "token-vault.bootstrap")
public interface BootstrapConfig {
    /** 32 characters or more. */
    Optional<String> key();

    /** A file that holds the key. */
    Optional<Path> keyFile();
}
