package io.tokenvault.environment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** {@code token-vault.environments.<name>.*}: the environments of this deployment. */
@ConfigMapping(prefix = "token-vault.environments")
public interface EnvironmentsConfig {

    @WithParentName
    Map<String, One> all();

    /** The settings of one environment. */
    interface One {
        /** The part of a token that shows its environment. */
        String mark();

        /** The name of a backend under {@code token-vault.backends}. */
        @WithDefault("main")
        String backend();

        @WithDefault("secret")
        Environment.StorageMode storage();

        /** Longest life of a token; empty: as long as the connection. */
        @WithConverter(PositiveDuration.class)
        Optional<Duration> maxLife();

        /** How long a token may go unused; empty: any time. */
        @WithConverter(PositiveDuration.class)
        Optional<Duration> inactivityLimit();

        Rotation rotation();
    }

    /** Scheduled rotation, and the overlap of every rotation that names none. */
    interface Rotation {
        @WithConverter(PositiveDuration.class)
        Optional<Duration> period();

        @WithDefault("PT24H")
        @WithConverter(DurationOrZero.class)
        Duration overlap();
    }
}
