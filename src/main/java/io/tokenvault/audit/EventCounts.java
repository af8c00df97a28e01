package io.tokenvault.audit;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Singleton;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts events by action, result and environment once their transaction has committed; what was rolled back never happened. */
@Singleton
class EventCounts {
    private static final String METER = "token_vault.audit.events";

    private final TransactionSynchronizationRegistry transactions;
    private final MeterRegistry meters;

    EventCounts(TransactionSynchronizationRegistry transactions, MeterRegistry meters) {
        this.transactions = transactions;
        this.meters = meters;
    }

    private record Kind(
            String action,
            AuditEvent.Result result,
            @Nullable EnvironmentName environment) {}

    /** In a running transaction. */
    void afterCommit(List<AuditEvent> events) {
        List<Kind> kinds = events.stream()
                .map(event -> new Kind(event.action(), event.result(), event.environment()))
                .toList();
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    count(kinds);
                }
            }
        });
    }

    private void count(List<Kind> kinds) {
        kinds.stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .forEach((kind, times) -> meters.counter(
                                METER,
                                "action",
                                kind.action(),
                                "result",
                                kind.result().column(),
                                "environment",
                                kind.environment() == null
                                        ? ""
                                        : kind.environment().value())
                        .increment(times));
    }
}
