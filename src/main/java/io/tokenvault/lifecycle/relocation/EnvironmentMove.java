package io.tokenvault.lifecycle.relocation;

import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.environment.Environment.StorageMode;
import io.tokenvault.environment.Environments;
import io.tokenvault.environment.Place;
import io.tokenvault.environment.Places;
import io.tokenvault.environment.Residence;
import io.tokenvault.lifecycle.jobs.Job;
import io.tokenvault.lifecycle.jobs.Jobs;
import io.tokenvault.lifecycle.publication.MovedPublications;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Begins the move of an environment. From the commit on it has a second place, which a job fills, makes the first one and
 * clears the other of. A move that failed is taken up by asking for it again, and taken back by asking for the place
 * where the environment is.
 */
@ApplicationScoped
public class EnvironmentMove {
    private final Places places;
    private final Environments environments;
    private final MovedPublications publications;
    private final MoveJob job;
    private final Jobs jobs;
    private final AuditLog audit;

    EnvironmentMove(
            Places places,
            Environments environments,
            MovedPublications publications,
            MoveJob job,
            Jobs jobs,
            AuditLog audit) {
        this.places = places;
        this.environments = environments;
        this.publications = publications;
        this.job = job;
        this.jobs = jobs;
        this.audit = audit;
    }

    /**
     * What a move does.
     *
     * @param keyring whether the keyring goes to another backend
     * @param copied connections whose secrets are put into the new place
     * @param deleted connections whose secrets are deleted from the old place, once the new one counts
     */
    public record Plan(Place from, Place to, boolean keyring, List<ConnectionId> copied, List<ConnectionId> deleted) {}

    /** A move that has begun, or was previewed. */
    public record Outcome(Job job, Plan plan) {}

    /**
     * Says what {@link #begin} would do, and does nothing.
     *
     * @param backend null: the one it is in
     * @param storage null: the mode it has
     */
    @Transactional
    public Outcome preview(
            EnvironmentName environment,
            @Nullable String backend,
            @Nullable StorageMode storage,
            @Nullable String reason,
            Origin origin) {
        Residence now = places.hold(environment);
        Place target = target(now, backend, storage);
        Plan plan = plan(environment, now, target);
        next(environment, now, target);
        Job recorded = jobs.recordDryRun(
                new Jobs.Order(job, environment, plan.copied().size(), reason, origin),
                "would go from %s to %s: %d secrets copied, %d deleted%s"
                        .formatted(
                                plan.from(),
                                plan.to(),
                                plan.copied().size(),
                                plan.deleted().size(),
                                plan.keyring() ? ", and the keyring taken along" : ""));
        return new Outcome(recorded, plan);
    }

    /** Begins a move, or throws {@link MoveConflictException} and changes nothing. */
    @Transactional
    public Outcome begin(
            EnvironmentName environment,
            @Nullable String backend,
            @Nullable StorageMode storage,
            @Nullable String reason,
            Origin origin) {
        Residence now = places.seize(environment);
        Place target = target(now, backend, storage);
        Residence next = next(environment, now, target);
        Plan plan = plan(environment, now, target);
        Job submitted =
                jobs.submit(new Jobs.Order(job, environment, plan.copied().size(), reason, origin));
        places.replace(environment, next);
        audit.append(MoveEvents.of("environment.move", environment, reason, origin));
        return new Outcome(submitted, plan);
    }

    private static Place target(Residence now, @Nullable String backend, @Nullable StorageMode storage) {
        return new Place(
                backend == null ? now.place().backend() : backend,
                storage == null ? now.place().storage() : storage);
    }

    private Residence next(EnvironmentName environment, Residence now, Place target) {
        if (!target.holdsTokens() && environments.get(environment).policy().rotationPeriod() != null) {
            throw new MoveConflictException(
                    "environment " + environment + " has a rotation.period, which needs storage secret");
        }
        Place second = now.second();
        if (target.equals(now.place())) {
            if (second == null) {
                throw new MoveConflictException("environment " + environment + " is in " + target + " already");
            }
            return new Residence(now.place(), second, true, now.left(), now.epoch() + 1);
        }
        if (second != null && !second.equals(target)) {
            throw new MoveConflictException("a move of environment " + environment + " has not ended: it is in "
                    + now.place() + " and in " + second + "; move it to one of the two first");
        }
        return new Residence(now.place(), target, false, now.left(), now.epoch() + 1);
    }

    private Plan plan(EnvironmentName environment, Residence now, Place target) {
        Place second = now.second();
        boolean back = target.equals(now.place()) && second != null;
        Place from = back && second != null ? second : now.place();
        List<ConnectionId> held = publications.held(environment);
        return new Plan(
                from,
                target,
                !from.backend().equals(target.backend()),
                !back && target.holdsTokens() ? held : List.of(),
                from.holdsTokens() ? held : List.of());
    }
}
