package io.tokenvault.lifecycle.keyring;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.lifecycle.jobs.Job;
import io.tokenvault.lifecycle.jobs.Jobs;
import io.tokenvault.lifecycle.publication.Publisher;
import io.tokenvault.secrets.keyring.KeyringRotation;
import io.tokenvault.secrets.keyring.KeyringRotation.Keys;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Begins the rotation and the retirement of keys. What retirement kills, it kills in the transaction; the rest is a
 * job's. A preview changes nothing, and counts what the real thing would.
 */
@ApplicationScoped
public class KeyringChange {
    private final KeyringRotation keyrings;
    private final KeyringRotationJob rotationJob;
    private final KeyringRetirementJob retirementJob;
    private final Jobs jobs;
    private final Resealer resealer;
    private final KeyHolders holders;
    private final AuditLog audit;

    KeyringChange(
            KeyringRotation keyrings,
            KeyringRotationJob rotationJob,
            KeyringRetirementJob retirementJob,
            Jobs jobs,
            Resealer resealer,
            KeyHolders holders,
            AuditLog audit) {
        this.keyrings = keyrings;
        this.rotationJob = rotationJob;
        this.retirementJob = retirementJob;
        this.jobs = jobs;
        this.resealer = resealer;
        this.holders = holders;
        this.audit = audit;
    }

    /**
     * What hangs on the keys that are replaced.
     *
     * @param tokens live ones that end
     * @param connections whose tokens they are
     * @param operators whose keys open nothing any more
     * @param sealed values in the database that are sealed again under the newest key
     */
    public record Affected(int tokens, int connections, int operators, long sealed) {}

    /**
     * A change that has begun, or was previewed.
     *
     * @param tightened whether something is refused from now on that was accepted before
     */
    public record Outcome(Job job, Affected affected, boolean tightened, List<Publisher.Wish> wishes) {}

    @Transactional
    public Outcome previewRotation(EnvironmentName environment, @Nullable String reason, Origin origin) {
        Affected affected = resealedByRotation(environment);
        Job job = jobs.recordDryRun(
                new Jobs.Order(rotationJob, environment, affected.sealed(), reason, origin),
                "would add new keys and seal " + affected.sealed() + " values again; nothing would end");
        return new Outcome(job, affected, false, List.of());
    }

    @Transactional
    public Outcome rotate(EnvironmentName environment, @Nullable String reason, Origin origin) {
        Affected affected = resealedByRotation(environment);
        Job job = jobs.submit(new Jobs.Order(rotationJob, environment, affected.sealed(), reason, origin));
        audit.append(KeyringEvents.of("keyring.rotate", environment, reason, origin));
        return new Outcome(job, affected, false, List.of());
    }

    @Transactional
    public Outcome previewRetirement(EnvironmentName environment, @Nullable String reason, Origin origin) {
        Keys keys = settled(environment);
        Affected affected = affected(environment, keys, holders.underOlder(environment, keys.macs()));
        Job job = jobs.recordDryRun(
                new Jobs.Order(retirementJob, environment, affected.sealed(), reason, origin),
                "would end %d tokens of %d connections and remove %d operators"
                        .formatted(affected.tokens(), affected.connections(), affected.operators()));
        return new Outcome(job, affected, false, List.of());
    }

    /** Ends everything that was issued under any but the newest keys, and has those keys taken out of use. */
    @Transactional
    public Outcome retire(EnvironmentName environment, @Nullable String reason, Origin origin) {
        Job job = jobs.submit(new Jobs.Order(retirementJob, environment, 0, reason, origin));
        Keys keys = settled(environment);
        KeyHolders.Found doomed = holders.underOlder(environment, keys.macs());
        if (doomed.operators().stream()
                .anyMatch(id -> id.value().equals(origin.actor().operatorId()))) {
            throw new KeyringConflictException(
                    "the key of the caller is of a generation that would be retired; rotate that key first");
        }
        Affected affected = affected(environment, keys, doomed);
        List<Publisher.Wish> wishes = holders.end(environment, doomed, origin);
        audit.append(KeyringEvents.of("keyring.retire", environment, reason, origin));
        return new Outcome(job, affected, keys.hasOlder(), wishes);
    }

    private Keys settled(EnvironmentName environment) {
        return keyrings.keys(environment)
                .orElseThrow(
                        () -> new KeyringConflictException(
                                "a rotation of this keyring has not ended; wait for its job, or rotate again when that failed"));
    }

    private Affected resealedByRotation(EnvironmentName environment) {
        Collection<String> all = keyrings.keys(environment)
                .map(keys -> Stream.concat(Stream.of(keys.sealing().primary()), keys.sealing().others().stream())
                        .toList())
                .orElse(List.of());
        return new Affected(0, 0, 0, resealer.count(environment, all));
    }

    private Affected affected(EnvironmentName environment, Keys keys, KeyHolders.Found found) {
        Set<String> older = keys.sealing().others();
        return new Affected(
                found.tokens().size(),
                found.connections(),
                found.operators().size(),
                resealer.count(environment, older));
    }
}
