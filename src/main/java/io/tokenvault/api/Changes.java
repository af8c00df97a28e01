package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.tokenvault.coherence.Acknowledgements;
import io.tokenvault.coherence.Committer;
import io.tokenvault.coherence.Committer.Committed;
import io.tokenvault.coherence.Effective;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.http.DatabaseOutage;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.lifecycle.publication.Publisher;
import io.tokenvault.token.TokenId;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Carries out changes: the decision, its audit event, its wish for the backend and the answer to a repeated request are
 * one transaction; then the publication is waited for, and then the call is answered.
 */
@ApplicationScoped
class Changes {
    private static final Logger LOG = Logger.getLogger(Changes.class);

    private final Idempotency idempotency;
    private final Publications publications;
    private final Publisher publisher;
    private final Tokens tokens;
    private final Committer committer;
    private final Acknowledgements acknowledgements;
    private final RoutingContext exchange;

    Changes(
            Idempotency idempotency,
            Publications publications,
            Publisher publisher,
            Tokens tokens,
            Committer committer,
            Acknowledgements acknowledgements,
            RoutingContext exchange) {
        this.idempotency = idempotency;
        this.publications = publications;
        this.publisher = publisher;
        this.tokens = tokens;
        this.committer = committer;
        this.acknowledgements = acknowledgements;
        this.exchange = exchange;
    }

    /** A change by POST: with an {@code Idempotency-Key} it happens once, however often it is sent. */
    Response post(Supplier<Answer> change) {
        Optional<Idempotency.Key> key = idempotency.key(exchange);
        if (key.isEmpty()) {
            return apply(change);
        }
        Committed<Idempotency.Outcome> committed =
                committer.commit(() -> idempotency.once(key.get(), () -> prepare(change.get())));
        return switch (committed.value()) {
            case Idempotency.Outcome.Repeated(var response, var inForce) -> {
                if (inForce) {
                    acknowledgements.await(committed.number()).join(); // whoever asked first may have been cut off
                }
                yield response;
            }
            case Idempotency.Outcome.First(var answer) -> {
                complete(answer, committed.number());
                ifThereIsADatabase(() -> idempotency.update(key.get(), answer));
                yield respond(answer);
            }
        };
    }

    /** A change by a method that is idempotent by itself. */
    Response apply(Supplier<Answer> change) {
        Committed<Answer> committed = committer.commit(() -> prepare(change.get()));
        complete(committed.value(), committed.number());
        return respond(committed.value());
    }

    private Answer prepare(Answer answer) {
        boolean async = isAsync(answer);
        showEffect(answer, acknowledgements.bound()); // what holds of an answer that is never completed
        FaultPoint.CHANGE_BEFORE_COMMIT.pass();
        return async
                ? new Answer(
                        202, answer.location(), answer.body(), answer.shownOnce(), answer.published(), answer.effect())
                : answer;
    }

    private void complete(Answer answer, long number) {
        FaultPoint.CHANGE_AFTER_COMMIT.pass();
        CompletableFuture<Effective> inForce = answer.effect() == null || isAsync(answer)
                ? CompletableFuture.completedFuture(acknowledgements.bound())
                : acknowledgements.await(number);
        if (!isAsync(answer)) {
            publisher.publish(answer.published());
        }
        showEffect(answer, inForce.join());
        if (answer.published().size() == 1) {
            ifThereIsADatabase(() -> showPublication(answer));
        }
        FaultPoint.CHANGE_BEFORE_ANSWER.pass();
    }

    /** The change is committed and in force; a database that went away since only leaves the answer with less to say. */
    private static void ifThereIsADatabase(Runnable step) {
        try {
            QuarkusTransaction.requiringNew().run(step);
        } catch (RuntimeException failed) {
            if (!DatabaseOutage.causes(failed)) {
                throw failed;
            }
            LOG.warnf("an answer was not completed: %s", DatabaseOutage.describe(failed));
        }
    }

    private static void showEffect(Answer answer, Effective effective) {
        if (answer.effect() != null) {
            answer.body().set("effective", effective(effective));
        }
    }

    private void showPublication(Answer answer) {
        ObjectNode body = answer.body();
        Instant publishedAt = publications
                .publishedAt(answer.published().getFirst().connection())
                .orElse(null);
        for (String object : new String[] {"connection", "data"}) {
            if (body.path(object).path("secret") instanceof ObjectNode secret) {
                secret.put("published_at", Json.time(publishedAt));
            }
        }
        if (body.path("previous") instanceof ObjectNode previous) {
            Optional<Token> token =
                    tokens.find(new TokenId(previous.path("token_id").textValue()));
            token.ifPresent(found -> previous.put("retires_at", Json.time(found.retiresAt())));
        }
    }

    private static ObjectNode effective(Effective effective) {
        ObjectNode json = Json.object();
        json.put("how", effective.how().name().toLowerCase(Locale.ROOT));
        json.put("replicas", effective.replicas());
        json.put("effective_at", Json.time(effective.effectiveAt()));
        return json;
    }

    private Response respond(Answer answer) {
        if (answer.shownOnce() instanceof Answer.ShownOnce secret) {
            secret.in(answer.body()).put(secret.field(), secret.credential().reveal());
        }
        Response.ResponseBuilder response = Response.status(answer.status())
                .type(MediaType.APPLICATION_JSON)
                .entity(answer.body().toString());
        if (answer.location() != null) {
            response.header(HttpHeaders.LOCATION, URI.create(answer.location()));
        }
        if (isAsync(answer)) {
            response.header("Preference-Applied", "respond-async");
        }
        return response.build();
    }

    /** RFC 7240 §4.1. */
    private boolean isAsync(Answer answer) {
        return answer.effect() == Answer.Effect.TIGHTENING
                && exchange.request().headers().getAll("Prefer").stream()
                        .flatMap(header -> java.util.Arrays.stream(header.split(",")))
                        .anyMatch(preference ->
                                preference.split(";", 2)[0].strip().equalsIgnoreCase("respond-async"));
    }
}
