package io.tokenvault.lifecycle.relocation;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Place;
import io.tokenvault.environment.Places;
import io.tokenvault.environment.Residence;
import io.tokenvault.lifecycle.jobs.Job;
import io.tokenvault.lifecycle.jobs.JobKind;
import io.tokenvault.lifecycle.jobs.JobStep;
import io.tokenvault.lifecycle.jobs.JobStep.Finished;
import io.tokenvault.lifecycle.jobs.JobStep.Onward;
import io.tokenvault.lifecycle.jobs.JobStep.Refused;
import io.tokenvault.lifecycle.jobs.JobStep.Waiting;
import io.tokenvault.lifecycle.jobs.OpenTransactions;
import io.tokenvault.lifecycle.publication.MovedPublications;
import io.tokenvault.lifecycle.publication.PlaceWalk;
import io.tokenvault.secrets.keyring.KeyringMove;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;

/**
 * Moves an environment that has a second place: the keyring is copied and read back, every secret is copied and read
 * back, the places are switched, and the old one is cleared, its keyring last. Consumers may read either place until
 * then: both are kept at what they are to read.
 */
@ApplicationScoped
class MoveJob implements JobKind {
    private final Places places;
    private final KeyringMove keyrings;
    private final MovedPublications publications;
    private final PlaceWalk walk;
    private final OpenTransactions transactions;
    private final AuditLog audit;

    MoveJob(
            Places places,
            KeyringMove keyrings,
            MovedPublications publications,
            PlaceWalk walk,
            OpenTransactions transactions,
            AuditLog audit) {
        this.places = places;
        this.keyrings = keyrings;
        this.publications = publications;
        this.walk = walk;
        this.transactions = transactions;
        this.audit = audit;
    }

    @Override
    public String code() {
        return "environment_move";
    }

    @Override
    public JobStep advance(Job job) {
        Position at = Position.of(job.position());
        return switch (at.stage()) {
            case BEGUN -> take(job);
            case TAKEN -> copyKeyring(job, at.target());
            case COPYING -> copy(job, at);
            case COPIED -> switchPlaces(job, at.target());
            case SWITCHED -> settle(job, at);
            case CLEARING -> clear(job, at.target());
            case CLEARED -> sweepOut(job, at);
            case EMPTY -> close(job, at.target());
        };
    }

    /** Which way the environment moves is decided once: after the switch its record no longer tells. */
    private JobStep take(Job job) {
        Residence now = now(job.environment());
        FaultPoint.MOVE_AFTER_OPEN.pass();
        places.look();
        if (now.second() == null) {
            return new Finished(job.progress(), "the environment is in " + now.place());
        }
        return now.clearing()
                ? onward(job, Stage.SWITCHED, now.place(), transactions.moment(), "taking back what was copied")
                : onward(job, Stage.TAKEN, now.second(), "", "copying the keyring");
    }

    private JobStep copyKeyring(Job job, Place target) {
        Place from = now(job.environment()).place();
        if (!from.backend().equals(target.backend())) {
            switch (keyrings.copy(job.environment(), from.backend(), target.backend())) {
                case DONE -> FaultPoint.MOVE_AFTER_KEYRING.pass();
                case FOREIGN -> {
                    return new Refused("backend " + target.backend() + " holds another keyring of an environment "
                            + job.environment() + ", which was left alone; it belongs to another deployment, or is left"
                            + " from before");
                }
            }
        }
        return target.holdsTokens()
                ? onward(job, Stage.COPYING, target, "", "copying")
                : onward(job, Stage.COPIED, target, "", "nothing to copy");
    }

    private JobStep copy(Job job, Position at) {
        return switch (walk.compare(job.environment(), at.target(), at.rest())) {
            case PlaceWalk.Step.Came came ->
                new Onward(
                        Position.text(Stage.COPYING, at.target(), came.last().value()),
                        job.progress().plus(came.names()),
                        "copying");
            case PlaceWalk.Step.Waiting waiting -> new Waiting(waiting.why());
            case PlaceWalk.Step.Foreign foreign -> new Refused(foreign.why());
            case PlaceWalk.Step.Ended _ -> onward(job, Stage.COPIED, at.target(), "", "copied and compared");
        };
    }

    private JobStep switchPlaces(Job job, Place target) {
        EnvironmentName environment = job.environment();
        QuarkusTransaction.requiringNew().run(() -> {
            Residence now = places.seize(environment);
            if (!now.place().equals(target)) {
                publications.switchPlaces(environment, now.place(), target);
                places.replace(environment, new Residence(target, now.place(), false, now.place(), now.epoch() + 1));
                audit.append(MoveEvents.of("environment.switch", environment, "job " + job.id(), Origin.SERVICE));
                FaultPoint.MOVE_BEFORE_SWITCH.pass();
            }
        });
        FaultPoint.MOVE_AFTER_SWITCH.pass();
        places.look();
        publications.startOverlaps(environment);
        return onward(job, Stage.SWITCHED, target, transactions.moment(), "the environment is in " + target);
    }

    private JobStep settle(Job job, Position at) {
        EnvironmentName environment = job.environment();
        int elsewhere = keyrings.elsewhere(environment, now(environment).epoch());
        if (elsewhere > 0) {
            return new Waiting("waiting for " + elsewhere + " replicas to see where the environment is");
        }
        if (transactions.existSince(at.rest()) || publications.leasedSince(environment, at.rest())) {
            return new Waiting("waiting for what was begun before");
        }
        QuarkusTransaction.requiringNew().run(() -> {
            Residence now = places.seize(environment);
            if (!now.clearing()) {
                places.replace(
                        environment, new Residence(now.place(), now.second(), true, now.left(), now.epoch() + 1));
            }
        });
        places.look();
        FaultPoint.MOVE_AFTER_CLEARING.pass();
        return onward(job, Stage.CLEARING, at.target(), "", "clearing the old place");
    }

    private JobStep clear(Job job, Place target) {
        EnvironmentName environment = job.environment();
        if (!old(environment).holdsTokens()) {
            QuarkusTransaction.requiringNew().run(() -> publications.forgetCopies(environment));
        }
        long left = publications.uncleared(environment);
        if (left > 0) {
            return new Waiting(
                    publications.failure(environment).orElse("waiting for " + left + " secrets to be deleted"));
        }
        return onward(job, old(environment).holdsTokens() ? Stage.CLEARED : Stage.EMPTY, target, "", "looking again");
    }

    private JobStep sweepOut(Job job, Position at) {
        return switch (walk.sweepOut(job.environment(), old(job.environment()), at.rest())) {
            case PlaceWalk.Step.Came came ->
                onward(job, Stage.CLEARED, at.target(), came.last().value(), "looking again");
            case PlaceWalk.Step.Waiting waiting -> new Waiting(waiting.why());
            case PlaceWalk.Step.Foreign foreign -> new Refused(foreign.why());
            case PlaceWalk.Step.Ended _ -> onward(job, Stage.EMPTY, at.target(), "", "the old place is empty");
        };
    }

    private JobStep close(Job job, Place target) {
        EnvironmentName environment = job.environment();
        Place second = now(environment).second();
        if (second != null) {
            if (!second.backend().equals(target.backend())) {
                keyrings.remove(environment, second.backend());
                FaultPoint.MOVE_AFTER_KEYRING_DELETE.pass();
            }
            QuarkusTransaction.requiringNew().run(() -> {
                Residence now = places.seize(environment);
                places.replace(environment, new Residence(now.place(), null, false, now.left(), now.epoch() + 1));
                audit.append(MoveEvents.of("environment.leave", environment, "job " + job.id(), Origin.SERVICE));
            });
            FaultPoint.MOVE_AFTER_CLOSE.pass();
        }
        return new Finished(
                new Job.Progress(job.progress().done(), job.progress().done()), "the environment is in " + target);
    }

    private Residence now(EnvironmentName environment) {
        return QuarkusTransaction.requiringNew().call(() -> places.hold(environment));
    }

    private Place old(EnvironmentName environment) {
        return Objects.requireNonNull(now(environment).second(), "an environment that moves has a second place");
    }

    private static Onward onward(Job job, Stage stage, Place target, String rest, String detail) {
        return new Onward(Position.text(stage, target, rest), job.progress(), detail);
    }

    private enum Stage {
        BEGUN,
        TAKEN,
        COPYING,
        COPIED,
        SWITCHED,
        CLEARING,
        CLEARED,
        EMPTY
    }

    /**
     * How far a move is.
     *
     * @param target where the environment is in the end
     * @param rest the last connection of a walk, or the moment of the switch
     */
    private record Position(Stage stage, Place target, String rest) {
        private static final Place NONE = new Place("", Environment.StorageMode.SEALED);

        static Position of(String text) {
            String[] parts = text.split("\n", 4);
            return text.isEmpty()
                    ? new Position(Stage.BEGUN, NONE, "")
                    : new Position(
                            Stage.valueOf(parts[0]),
                            new Place(parts[2], Environment.StorageMode.valueOf(parts[1])),
                            parts[3]);
        }

        static String text(Stage stage, Place target, String rest) {
            return String.join("\n", stage.name(), target.storage().name(), target.backend(), rest);
        }
    }
}
