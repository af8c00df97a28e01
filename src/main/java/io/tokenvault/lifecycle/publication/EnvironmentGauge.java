package io.tokenvault.lifecycle.publication;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.EnvironmentName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gauge with one value for each environment, tag {@code environment}: what was set last, 0 for what was left out, not
 * a number as long as nothing was set.
 */
public final class EnvironmentGauge {
    private volatile @Nullable Map<EnvironmentName, Double> values;

    public EnvironmentGauge(String meter, Environments environments, MeterRegistry meters) {
        this(meter, Tags.empty(), environments, meters);
    }

    /** @param more other tags of this gauge, the same for every environment */
    public EnvironmentGauge(String meter, Tags more, Environments environments, MeterRegistry meters) {
        for (Environment environment : environments.all()) {
            EnvironmentName name = environment.name();
            Gauge.builder(meter, () -> value(name))
                    .tags(more.and("environment", name.value()))
                    .register(meters);
        }
    }

    private double value(EnvironmentName environment) {
        Map<EnvironmentName, Double> set = values;
        return set == null ? Double.NaN : set.getOrDefault(environment, 0.0);
    }

    public void set(Map<EnvironmentName, Double> next) {
        values = Map.copyOf(next);
    }
}
