package io.tokenvault.lifecycle.publication;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.EnvironmentName;
import java.util.Map;

/** A gauge with one value for each environment, tag {@code environment}: what was set last, 0 for what was left out. */
public final class EnvironmentGauge {
    private volatile Map<EnvironmentName, Double> values = Map.of();

    public EnvironmentGauge(String meter, Environments environments, MeterRegistry meters) {
        for (Environment environment : environments.all()) {
            EnvironmentName name = environment.name();
            Gauge.builder(meter, () -> values.getOrDefault(name, 0.0))
                    .tag("environment", name.value())
                    .register(meters);
        }
    }

    public void set(Map<EnvironmentName, Double> next) {
        values = Map.copyOf(next);
    }
}
