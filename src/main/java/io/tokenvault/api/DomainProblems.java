package io.tokenvault.api;

import io.tokenvault.access.OperatorDirectory.OperatorGoneException;
import io.tokenvault.coherence.DatabaseRestoredException;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.Problems;
import io.tokenvault.lifecycle.InvalidTransitionException;
import io.tokenvault.lifecycle.RotationConflictException;
import io.tokenvault.lifecycle.jobs.JobConflictException;
import io.tokenvault.lifecycle.keyring.KeyringConflictException;
import io.tokenvault.lifecycle.relocation.MoveConflictException;
import io.tokenvault.secrets.keyring.KeysUnconfirmedException;
import io.tokenvault.validation.RecordsInDoubtException;
import io.tokenvault.validation.RecordsUnavailableException;
import io.vertx.ext.web.RoutingContext;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.PessimisticLockException;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.LockAcquisitionException;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place that says which problem a refusal of the domain is. */
class DomainProblems {
    private static final Duration SOON = Duration.ofSeconds(1);
    /** Somebody has to be woken first. */
    private static final Duration AFTER_A_DECISION = Duration.ofMinutes(1);

    @ServerExceptionMapper
    Response invalidTransition(InvalidTransitionException refused, RoutingContext exchange) {
        return Problems.response(
                exchange, ProblemException.of(ProblemCode.INVALID_TRANSITION, String.valueOf(refused.getMessage())));
    }

    @ServerExceptionMapper
    Response rotationConflict(RotationConflictException refused, RoutingContext exchange) {
        String detail = refused.getMessage() + "; wait for its overlap to end, or rotate with overlap PT0S";
        return Problems.response(
                exchange,
                refused.remaining()
                        .map(wait -> ProblemException.retryable(ProblemCode.CONFLICT, detail, wait))
                        .orElseGet(() -> ProblemException.of(ProblemCode.CONFLICT, detail)));
    }

    @ServerExceptionMapper
    Response operatorGone(OperatorGoneException refused, RoutingContext exchange) {
        return Problems.response(
                exchange, ProblemException.of(ProblemCode.CONFLICT, String.valueOf(refused.getMessage())));
    }

    @ServerExceptionMapper
    Response jobConflict(JobConflictException refused, RoutingContext exchange) {
        return Problems.response(
                exchange, ProblemException.retryable(ProblemCode.CONFLICT, String.valueOf(refused.getMessage()), SOON));
    }

    @ServerExceptionMapper
    Response keyringConflict(KeyringConflictException refused, RoutingContext exchange) {
        return Problems.response(
                exchange, ProblemException.of(ProblemCode.CONFLICT, String.valueOf(refused.getMessage())));
    }

    @ServerExceptionMapper
    Response moveConflict(MoveConflictException refused, RoutingContext exchange) {
        return Problems.response(
                exchange, ProblemException.of(ProblemCode.CONFLICT, String.valueOf(refused.getMessage())));
    }

    @ServerExceptionMapper
    Response keysUnconfirmed(KeysUnconfirmedException refused, RoutingContext exchange) {
        return Problems.response(
                exchange,
                ProblemException.retryable(
                        ProblemCode.DATABASE_UNAVAILABLE, String.valueOf(refused.getMessage()), SOON));
    }

    @ServerExceptionMapper
    Response noVerdict(RecordsUnavailableException failure, RoutingContext exchange) {
        return Problems.response(
                exchange,
                ProblemException.retryable(ProblemCode.VALIDATION_UNAVAILABLE, "the database cannot be reached", SOON));
    }

    @ServerExceptionMapper({RecordsInDoubtException.class, DatabaseRestoredException.class})
    Response databaseRestored(RoutingContext exchange) {
        return Problems.response(
                exchange,
                ProblemException.retryable(
                        ProblemCode.DATABASE_RESTORED,
                        "the database was restored from an old dump; an admin has to decide",
                        AFTER_A_DECISION));
    }

    /** Another request holds the object for longer than we wait, or won the race for its place. */
    @ServerExceptionMapper({
        LockTimeoutException.class,
        PessimisticLockException.class,
        LockAcquisitionException.class,
        ConstraintViolationException.class
    })
    Response lostTheRace(RoutingContext exchange) {
        return Problems.response(
                exchange,
                ProblemException.retryable(ProblemCode.CONFLICT, "another request is changing the same object", SOON));
    }
}
