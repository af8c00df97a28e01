package io.tokenvault.lifecycle.publication;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Says how far the backends are behind: gauges of what waits, which read the database every five seconds however often
 * they are scraped, and one warning when something waits for more than five minutes.
 */
@Startup
@ApplicationScoped
class PublicationAlarms {
    private static final Logger LOG = Logger.getLogger(PublicationAlarms.class);
    private static final Duration TOO_LONG = Duration.ofMinutes(5);

    private final EntityManager database;
    private final EnvironmentGauge waiting;
    private final EnvironmentGauge oldest;
    private final EnvironmentGauge stopped;
    private final Set<EnvironmentName> late = new HashSet<>();

    PublicationAlarms(EntityManager database, Environments environments, MeterRegistry meters) {
        this.database = database;
        this.waiting = new EnvironmentGauge("token_vault.publication.waiting", environments, meters);
        this.oldest = new EnvironmentGauge("token_vault.publication.oldest.seconds", environments, meters);
        this.stopped = new EnvironmentGauge("token_vault.sweep.stopped", environments, meters);
    }

    @Scheduled(
            every = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void look() {
        Map<EnvironmentName, Double> counts = new HashMap<>();
        Map<EnvironmentName, Double> ages = new HashMap<>();
        for (Object[] row : rows("""
                select environment, count(*), extract(epoch from max(clock_timestamp() - waiting_since))
                from publication where published_generation < desired_generation group by environment
                """)) {
            EnvironmentName environment = new EnvironmentName((String) row[0]);
            counts.put(environment, ((Number) row[1]).doubleValue());
            ages.put(environment, Math.max(0, ((Number) row[2]).doubleValue()));
        }
        waiting.set(counts);
        oldest.set(ages);
        Map<EnvironmentName, Double> stops = new HashMap<>();
        for (Object[] row : rows("select environment, stopped_at from sweep_stop")) {
            stops.put(new EnvironmentName((String) row[0]), 1.0);
        }
        stopped.set(stops);
        warn(counts, ages);
    }

    private synchronized void warn(Map<EnvironmentName, Double> counts, Map<EnvironmentName, Double> ages) {
        ages.forEach((environment, seconds) -> {
            if (seconds > TOO_LONG.toSeconds() && late.add(environment)) {
                LOG.warnf(
                        "%d connections of environment %s wait for their secret, one for more than %d minutes",
                        counts.getOrDefault(environment, 0.0).longValue(), environment, TOO_LONG.toMinutes());
            }
        });
        late.removeIf(environment -> {
            boolean over = ages.getOrDefault(environment, 0.0) <= TOO_LONG.toSeconds();
            if (over) {
                LOG.warnf("no connection of environment %s waits long for its secret any more", environment);
            }
            return over;
        });
    }

    @SuppressWarnings("unchecked")
    private List<Object[]> rows(String query) {
        return database.createNativeQuery(query).getResultList();
    }
}
