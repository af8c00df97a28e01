package io.tokenvault.lifecycle;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.EnvironmentGauge;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Gauges of how many connections and tokens there are, and how many tokens come to their end. It counts rows once a
 * minute, however often it is scraped; counting a million takes a fraction of a second of one database connection.
 */
@Startup
@ApplicationScoped
class Census {
    private static final List<String> STATUSES =
            List.of("ACTIVE", "REAUTHORIZATION_REQUIRED", "SUSPENDED", "DISCONNECTED");
    private static final List<String> LIVE = List.of("CURRENT", "RETIRING");
    private static final List<Integer> DAYS = List.of(7, 30);

    private final EntityManager database;
    private final Map<String, EnvironmentGauge> connections = new HashMap<>();
    private final Map<String, EnvironmentGauge> tokens = new HashMap<>();
    private final Map<Integer, EnvironmentGauge> expiring = new HashMap<>();

    Census(EntityManager database, Environments environments, MeterRegistry meters) {
        this.database = database;
        for (String status : STATUSES) {
            Tags tags = Tags.of("status", status.toLowerCase(Locale.ROOT));
            connections.put(status, new EnvironmentGauge("token_vault.connections", tags, environments, meters));
        }
        for (String state : LIVE) {
            Tags tags = Tags.of("state", state.toLowerCase(Locale.ROOT));
            tokens.put(state, new EnvironmentGauge("token_vault.tokens", tags, environments, meters));
        }
        for (int days : DAYS) {
            Tags tags = Tags.of("within", days + "d");
            expiring.put(days, new EnvironmentGauge("token_vault.tokens.expiring", tags, environments, meters));
        }
    }

    @Scheduled(
            every = "60s",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void count() {
        show(connections, "select status, environment, count(*) from connection group by status, environment");
        show(tokens, """
                select state, environment, count(*) from token
                where state in ('CURRENT', 'RETIRING') group by state, environment
                """);
        show(expiring, """
                select days, t.environment, count(*)
                from token t join connection c using (connection_id) cross join (values (7), (30)) as d (days)
                where t.state = 'CURRENT' and c.status <> 'DISCONNECTED' and t.expires_at > now()
                    and t.expires_at <= now() + days * interval '1 day'
                group by days, t.environment
                """);
    }

    private <K> void show(Map<K, EnvironmentGauge> gauges, String query) {
        Map<K, Map<EnvironmentName, Double>> counted = new HashMap<>();
        @SuppressWarnings("unchecked")
        List<Object[]> rows = database.createNativeQuery(query).getResultList();
        gauges.keySet().forEach(kind -> counted.put(kind, new HashMap<>()));
        for (Object[] row : rows) {
            Map<EnvironmentName, Double> ofKind = counted.get(row[0]);
            if (ofKind != null) {
                ofKind.put(new EnvironmentName((String) row[1]), ((Number) row[2]).doubleValue());
            }
        }
        gauges.forEach((kind, gauge) -> gauge.set(counted.getOrDefault(kind, Map.of())));
    }
}
