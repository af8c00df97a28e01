package io.tokenvault.environment;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Finds environment variables that seem to set something of an environment or a backend, but match no
 * key of a configuration file. The name of a variable cannot tell where the name of a map's entry ends, so that a
 * misspelt one would make an environment that nobody asked for.
 */
public final class StrayVariables {
    private static final Pattern OF_A_MAP = Pattern.compile("(_[A-Z0-9]+_)?(TOKEN_VAULT_(ENVIRONMENTS|BACKENDS)_.+)");
    private static final Pattern OF_A_PROFILE = Pattern.compile("%([^.]+)\\.(.+)");

    private StrayVariables() {}

    /** Why the service must not start with these settings; empty when no variable is astray. */
    public static Optional<String> refusal(SmallRyeConfig config) {
        Set<String> stray = among(config.getConfigSources(), config.getProfiles());
        return stray.isEmpty()
                ? Optional.empty()
                : Optional.of("Refusing to start: " + String.join(", ", stray)
                        + (stray.size() == 1 ? " matches" : " match")
                        + " no key of a configuration file: environments and backends are set in a file"
                        + " (QUARKUS_CONFIG_LOCATIONS), a variable only overrides a key that is there.");
    }

    /** The variables that match no key of another source; keys of profiles that are not active do not count. */
    static Set<String> among(Iterable<ConfigSource> sources, Collection<String> activeProfiles) {
        Set<String> keys = StreamSupport.stream(sources.spliterator(), false)
                .filter(source -> !(source instanceof EnvConfigSource))
                .flatMap(source -> source.getPropertyNames().stream())
                .flatMap(name -> effective(name, activeProfiles).stream())
                .map(StrayVariables::asVariable)
                .collect(Collectors.toSet());
        return StreamSupport.stream(sources.spliterator(), false)
                .filter(EnvConfigSource.class::isInstance)
                .flatMap(source -> source.getPropertyNames().stream())
                .map(StrayVariables::asVariable)
                .filter(variable -> {
                    var matcher = OF_A_MAP.matcher(variable);
                    return matcher.matches() && !keys.contains(matcher.group(2));
                })
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<String> effective(String name, Collection<String> activeProfiles) {
        var ofProfile = OF_A_PROFILE.matcher(name);
        if (!ofProfile.matches()) {
            return Optional.of(name);
        }
        return List.of(ofProfile.group(1).split(",", -1)).stream().anyMatch(activeProfiles::contains)
                ? Optional.of(ofProfile.group(2))
                : Optional.empty();
    }

    // The rule by which a variable overrides a key (MicroProfile Config 3.1, "Environment Variables Mapping Rules").
    private static String asVariable(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
