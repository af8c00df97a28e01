package io.tokenvault.secrets;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** {@code token-vault.unsafe.*}: what production refuses to start with unless it is said aloud. */
@ConfigMapping(prefix = "token-vault.unsafe")
public interface UnsafeConfig {
    /** Allows backends of type {@code local}. */
    @WithDefault("false")
    boolean localBackend();

    /** Allows a fixed token for a backend. */
    @WithDefault("false")
    boolean staticBackendToken();

    /** Allows {@code http://} to a backend. */
    @WithDefault("false")
    boolean plainHttp();

    /** Turns the verification of a backend's certificate off. */
    @WithDefault("false")
    boolean skipTlsVerify();

    /** A fault to let happen once, for tests: the name of a fault point, a colon, and throw, hang or halt. */
    Optional<String> faultPoint();
}
