package io.tokenvault.lifecycle.restoration;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.tokenvault.coherence.AuditHistory;
import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.keyring.Keyrings;
import io.tokenvault.token.EnvironmentName;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Writes how far the change log has come to the secrets backend, and compares: a database that does not know the change
 * at the mark was restored from an older dump. A backend that does not answer leaves everything as it was.
 */
@ApplicationScoped
public class MarkKeeper {
    private static final Logger LOG = Logger.getLogger(MarkKeeper.class);
    private static final SecretName NAME = new SecretName.Mark();

    private final Backends backends;
    private final AuditHistory log;
    private final RestoredDatabase restored;
    private final MarkRecords records;

    MarkKeeper(Backends backends, AuditHistory log, RestoredDatabase restored, MarkRecords records) {
        this.backends = backends;
        this.log = log;
        this.restored = restored;
        this.records = records;
    }

    /** Right after the keyrings: before anything is judged, issued, published or recorded. */
    void start(@Observes @Priority(Keyrings.START_PRIORITY + 1) StartupEvent event) {
        restored.refresh();
        everyMinute();
    }

    @Scheduled(
            every = "1m",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void everyMinute() {
        try {
            Optional<StoredSecret> stored = compare();
            if (!restored.isRestored() && records.takeTurn()) {
                write(stored);
            }
        } catch (SecretsBackendException unknown) {
            records.giveTurnBack();
            LOG.warnf("the mark was not compared or not written, the last known state stays: %s", unknown.getMessage());
        }
    }

    /** A clean stop leaves no change above the mark, except those of other replicas. */
    void stop(@Observes ShutdownEvent event) {
        try {
            Optional<StoredSecret> stored = compare();
            if (!restored.isRestored()) {
                write(stored);
            }
        } catch (SecretsBackendException unknown) {
            LOG.warnf("the mark was not written at the stop: %s", unknown.getMessage());
        }
    }

    /** Compares the mark with the log, remembers what that says, and gives the mark that was there. */
    public Optional<StoredSecret> compare() {
        // First the mark, then the log: the log is then as far as the mark at least, whoever writes marks meanwhile.
        Optional<StoredSecret> stored = backend().get(NAME);
        Optional<HeadMark> mark = stored.flatMap(secret -> HeadMark.parse(secret.value()));
        if (stored.isPresent() && mark.isEmpty()) {
            LOG.warnf("%s holds something else than a mark; it will be replaced", NAME.path());
        }
        mark.ifPresent(this::compare);
        return stored;
    }

    private void compare(HeadMark mark) {
        if (mark.head() <= restored.decidedHead()) {
            return;
        }
        AuditHistory.Head ours = log.head();
        if (!mark.isOf(ours)) {
            records.takeOver(mark);
            LOG.warnf(
                    "%s was written by a service with another database (head %d); it is replaced by that of this one",
                    NAME.path(), mark.head());
        } else if (!log.goesThrough(mark.asHeadOf(ours.log()))) {
            records.remember(mark);
            restored.refresh();
        }
    }

    private void write(Optional<StoredSecret> stored) {
        AuditHistory.Head head = log.head();
        boolean newer = stored.flatMap(secret -> HeadMark.parse(secret.value()))
                .filter(mark -> mark.isOf(head) && mark.head() >= head.number())
                .isEmpty();
        if (newer) {
            long generation =
                    Math.max(head.number(), stored.map(StoredSecret::generation).orElse(0L)) + 1;
            backend().put(NAME, HeadMark.of(head, records.now()).toSecret(generation), generation);
        }
    }

    private SecretsBackend backend() {
        return backends.of(EnvironmentName.SYSTEM);
    }
}
