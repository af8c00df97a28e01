package io.tokenvault.lifecycle.keyring;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.lifecycle.jobs.Job;
import io.tokenvault.lifecycle.jobs.JobKind;
import io.tokenvault.lifecycle.jobs.JobStep;
import io.tokenvault.lifecycle.jobs.JobStep.Onward;
import io.tokenvault.lifecycle.jobs.JobStep.Waiting;
import io.tokenvault.lifecycle.jobs.OpenTransactions;
import io.tokenvault.secrets.keyring.KeyringRotation;
import io.tokenvault.secrets.keyring.KeyringRotation.Keys;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Gives an environment new keys: they are added, used once every replica has them, and then everything sealed is sealed
 * again. Tokens keep their keys until they are rotated themselves; old and new ones are good all the time.
 */
@ApplicationScoped
class KeyringRotationJob implements JobKind {
    private final KeyringRotation keyrings;
    private final Resealer resealer;
    private final OpenTransactions transactions;
    private final AuditLog audit;

    KeyringRotationJob(KeyringRotation keyrings, Resealer resealer, OpenTransactions transactions, AuditLog audit) {
        this.keyrings = keyrings;
        this.resealer = resealer;
        this.transactions = transactions;
        this.audit = audit;
    }

    @Override
    public String code() {
        return "keyring_rotate";
    }

    @Override
    public JobStep advance(Job job) {
        Position at = Position.of(job.position());
        return switch (at.stage()) {
            case BEGUN -> add(job);
            case ADDED -> use(job, at.generation());
            case USED -> settle(job, at.generation());
            case SETTLED -> drain(job, at.rest());
            case DRAINED -> reseal(job);
        };
    }

    private JobStep add(Job job) {
        long generation = keyrings.addKeys(job.environment());
        FaultPoint.KEYRING_AFTER_ADD.pass();
        announce(job, "keyring.add_keys", generation);
        return onward(job, Stage.ADDED, generation, "new keys are in the backend, not used yet");
    }

    private JobStep use(Job job, long generation) {
        int missing = keyrings.missing(job.environment(), generation);
        if (missing > 0) {
            return waitingForReplicas(missing, generation);
        }
        long next = keyrings.promote(job.environment());
        FaultPoint.KEYRING_AFTER_USE.pass();
        announce(job, "keyring.use_new_keys", next);
        return onward(job, Stage.USED, next, "every replica has the new keys, and starts to use them");
    }

    private JobStep settle(Job job, long generation) {
        int missing = keyrings.missing(job.environment(), generation);
        return missing > 0
                ? waitingForReplicas(missing, generation)
                : onward(job, Stage.SETTLED, transactions.moment(), "every replica uses the new keys");
    }

    private JobStep drain(Job job, String moment) {
        return transactions.existSince(moment)
                ? new Waiting("waiting for transactions that began before the new keys were used")
                : onward(job, Stage.DRAINED, "", "sealing again");
    }

    private JobStep reseal(Job job) {
        EnvironmentName environment = job.environment();
        Optional<Keys> keys = keyrings.keys(environment);
        if (keys.isEmpty()) {
            return new Waiting("waiting for this replica to load the new keys");
        }
        int resealed = resealer.reseal(environment, keys.get().sealing().others());
        if (resealed > 0) {
            FaultPoint.KEYRING_AFTER_RESEAL.pass();
            return new Onward(job.position(), job.progress().plus(resealed), "sealing again");
        }
        long left = resealer.count(environment, keys.get().sealing().others());
        return left > 0
                ? new Waiting("waiting for " + left + " rows that are being changed")
                : new JobStep.Finished(
                        new Job.Progress(job.progress().done(), job.progress().done()),
                        "the new keys are in use, and everything is sealed under them");
    }

    private void announce(Job job, String action, long generation) {
        QuarkusTransaction.requiringNew().run(() -> {
            if (keyrings.announce(job.environment(), generation)) {
                audit.append(KeyringEvents.of(action, job.environment(), "job " + job.id(), Origin.SERVICE));
            }
        });
    }

    static Waiting waitingForReplicas(int missing, long generation) {
        return new Waiting("waiting for %d replicas to load generation %d".formatted(missing, generation));
    }

    private static Onward onward(Job job, Stage stage, Object rest, String detail) {
        return new Onward(stage.name() + " " + rest, job.progress(), detail);
    }

    private enum Stage {
        BEGUN,
        ADDED,
        USED,
        SETTLED,
        DRAINED
    }

    /**
     * How far a rotation is.
     *
     * @param rest the generation that was announced last, or the moment when every replica had it
     */
    private record Position(Stage stage, String rest) {
        static Position of(String text) {
            String[] parts = text.split(" ", 2);
            return text.isEmpty() ? new Position(Stage.BEGUN, "") : new Position(Stage.valueOf(parts[0]), parts[1]);
        }

        long generation() {
            return Long.parseLong(rest);
        }
    }
}
