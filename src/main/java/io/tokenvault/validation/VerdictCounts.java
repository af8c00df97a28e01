package io.tokenvault.validation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Counts verdicts by their outcome and by the environment that the presented token names. */
@Singleton
class VerdictCounts {
    private static final String METER = "token_vault.validation.verdicts";
    private static final String NONE = "none";

    private final Map<EnvironmentName, Outcomes> environments = new HashMap<>();
    private final Outcomes none;

    VerdictCounts(Environments environments, MeterRegistry meters) {
        for (Environment environment : environments.all()) {
            this.environments.put(
                    environment.name(), new Outcomes(environment.name().value(), meters));
        }
        none = new Outcomes(NONE, meters);
    }

    /** The same verdict, counted for a token of {@code environment}. */
    Verdict count(Verdict verdict, EnvironmentName environment) {
        return environments.getOrDefault(environment, none).count(verdict);
    }

    /** The same verdict, counted for what is no token. */
    Verdict count(Verdict verdict) {
        return none.count(verdict);
    }

    private static final class Outcomes {
        private final Counter accepted;
        private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);

        Outcomes(String environment, MeterRegistry meters) {
            accepted = counter("active", environment, meters);
            for (Reason reason : Reason.values()) {
                refused.put(reason, counter(reason.code(), environment, meters));
            }
        }

        private static Counter counter(String outcome, String environment, MeterRegistry meters) {
            return Counter.builder(METER)
                    .description("Verdicts, in whatever protocol they were asked for")
                    .tag("environment", environment)
                    .tag("outcome", outcome)
                    .register(meters);
        }

        Verdict count(Verdict verdict) {
            switch (verdict) {
                case Verdict.Accepted _ -> accepted.increment();
                case Verdict.Refused(var reason) -> count(reason);
                case Verdict.Limited limited -> count(limited.reason());
            }
            return verdict;
        }

        private void count(Reason reason) {
            Counter counter = refused.get(reason);
            if (counter != null) {
                counter.increment();
            }
        }
    }
}
