package io.tokenvault.secrets;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The typed settings of a configuration file with these lines. */
public final class Settings {
    private Settings() {}

    public static SmallRyeConfig file(Map<String, String> lines) {
        return new SmallRyeConfigBuilder()
                .withMapping(BackendsConfig.class)
                .withMapping(UnsafeConfig.class)
                .withMapping(SystemConfig.class)
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(lines, "a file", 100))
                .build();
    }

    /** The settings of a backend {@code main}; the keys lack {@code token-vault.backends.main.}. */
    public static BackendsConfig.One backend(Map<String, String> lines) {
        Map<String, String> full = new HashMap<>();
        lines.forEach((key, value) -> full.put("token-vault.backends.main." + key, value));
        return Objects.requireNonNull(
                file(full).getConfigMapping(BackendsConfig.class).all().get("main"));
    }

    /** What is said to be unsafe and allowed; the keys lack {@code token-vault.unsafe.}. */
    public static UnsafeConfig unsafe(String... allowed) {
        Map<String, String> full = new HashMap<>();
        for (String setting : allowed) {
            full.put("token-vault.unsafe." + setting, "true");
        }
        return file(full).getConfigMapping(UnsafeConfig.class);
    }
}
