package io.tokenvault.validation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;

/** Counts verdicts by their outcome. */
@Singleton
class VerdictCounts {
    private static final String METER = "token_vault.validation.verdicts";

    private final Counter accepted;
    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);

    VerdictCounts(MeterRegistry meters) {
        accepted = counter("active", meters);
        for (Reason reason : Reason.values()) {
            refused.put(reason, counter(reason.code(), meters));
        }
    }

    private static Counter counter(String outcome, MeterRegistry meters) {
        return Counter.builder(METER)
                .description("Verdicts, in whatever protocol they were asked for")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** The same verdict, counted. */
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
