package io.tokenvault.gateway;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gives the timers of requests for a verdict a histogram, so that a share below a bound can be counted over all replicas. */
final class ValidationLatency {
    private static final String METER = "http.server.requests";
    private static final Set<String> PATHS =
            Set.of("/v1/validate", "/v1/validate/batch", "/authz/{environment}", "/oauth2/introspect");
    private static final double[] BOUNDS = Stream.of(1, 2, 5, 10, 25, 100, 1000)
            .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
            .toArray();

    private ValidationLatency() {}

    @Produces
    @Singleton
    static MeterFilter histogram() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id meter, DistributionStatisticConfig given) {
                return isOfAVerdict(meter.getName(), meter.getTag("uri"))
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(BOUNDS)
                                .build()
                                .merge(given)
                        : given;
            }
        };
    }

    private static boolean isOfAVerdict(String name, @Nullable String uri) {
        return name.equals(METER) && uri != null && PATHS.contains(uri);
    }
}
