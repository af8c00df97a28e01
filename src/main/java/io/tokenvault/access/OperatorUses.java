package io.tokenvault.access;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.token.OperatorId;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Last uses of operator keys, gathered in memory and written every five seconds and at a clean stop. */
@Singleton
class OperatorUses {
    private final Map<String, Instant> pending = new ConcurrentHashMap<>();
    private final EntityManager database;

    OperatorUses(EntityManager database) {
        this.database = database;
    }

    void record(OperatorId operator, Instant at) {
        pending.put(operator.value(), at);
    }

    @Scheduled(
            every = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void write() {
        // In one order, so that two replicas that write the same operators never wait for each other.
        Map<String, Instant> batch = new TreeMap<>(pending);
        batch.forEach((operator, at) -> database.createNativeQuery(
                        "update operator set last_used_at = greatest(last_used_at, ?2) where operator_id = ?1")
                .setParameter(1, operator)
                .setParameter(2, at)
                .executeUpdate());
        batch.forEach(pending::remove);
    }

    @Transactional
    void stop(@Observes ShutdownEvent stopping) {
        write();
    }
}
