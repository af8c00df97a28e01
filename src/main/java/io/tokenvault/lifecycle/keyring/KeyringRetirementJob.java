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
import io.tokenvault.secrets.keyring.KeyringRotation;
import io.tokenvault.secrets.keyring.KeyringRotation.Keys;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes all keys but the newest out of use, after what hung on them has ended and nothing is sealed under them any more:
 * it never goes on while something is.
 */
@ApplicationScoped
class KeyringRetirementJob implements JobKind {
    private final KeyringRotation keyrings;
    private final Resealer resealer;
    private final KeyHolders holders;
    private final AuditLog audit;

    KeyringRetirementJob(KeyringRotation keyrings, Resealer resealer, KeyHolders holders, AuditLog audit) {
        this.keyrings = keyrings;
        this.resealer = resealer;
        this.holders = holders;
        this.audit = audit;
    }

    @Override
    public String code() {
        return "keyring_retire";
    }

    @Override
    public JobStep advance(Job job) {
        return job.position().isEmpty() ? clear(job) : settle(job, Long.parseLong(job.position()));
    }

    private JobStep clear(Job job) {
        EnvironmentName environment = job.environment();
        Optional<Keys> keys = keyrings.keys(environment);
        if (keys.isEmpty()) {
            return new Waiting("waiting for this replica to load the newest keys");
        }
        int resealed = resealer.reseal(environment, keys.get().sealing().others());
        if (resealed > 0) {
            return new Onward("", job.progress().plus(resealed), "sealing again what was left");
        }
        long left = resealer.count(environment, keys.get().sealing().others());
        if (left > 0) {
            return new Waiting("waiting for " + left + " values that are still sealed under older keys");
        }
        KeyHolders.Found stragglers = holders.underOlder(environment, keys.get().macs());
        if (!stragglers.isEmpty()) {
            holders.end(environment, stragglers, Origin.SERVICE);
            return new Onward("", job.progress(), "ended what was issued in the meantime");
        }
        keyrings.rely(environment);
        return remove(job);
    }

    private JobStep remove(Job job) {
        return QuarkusTransaction.requiringNew().call(() -> {
            OptionalLong generation = keyrings.removeOlder(job.environment());
            if (generation.isEmpty()) {
                return new Waiting("waiting for replicas that have not loaded the newest keys");
            }
            FaultPoint.KEYRING_AFTER_REMOVE.pass();
            if (keyrings.announce(job.environment(), generation.getAsLong())) {
                audit.append(
                        KeyringEvents.of("keyring.remove_keys", job.environment(), "job " + job.id(), Origin.SERVICE));
            }
            return new Onward(Long.toString(generation.getAsLong()), job.progress(), "the older keys are out of use");
        });
    }

    private JobStep settle(Job job, long generation) {
        int missing = keyrings.missing(job.environment(), generation);
        return missing > 0
                ? KeyringRotationJob.waitingForReplicas(missing, generation)
                : new JobStep.Finished(
                        new Job.Progress(job.progress().done(), job.progress().done()),
                        "the older keys are out of use on every replica");
    }
}
