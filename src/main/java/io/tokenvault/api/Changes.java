package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.coherence.Effective;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.lifecycle.publication.Publisher;
import io.tokenvault.token.TokenId;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Carries out changes: the decision, its audit event, its wish for the backend and the answer to a repeated request are
 * one transaction; then the publication is waited for, and then the call is answered.
 */
@ApplicationScoped
class Changes {
    /** What {@code Prefer: respond-async} is told: a bound that holds while every replica asks the primary. */
    private static final Duration ASYNC_BOUND = Duration.ofSeconds(1);

    private final Idempotency idempotency;
    private final Publications publications;
    private final Publisher publisher;
    private final Tokens tokens;
    private final DatabaseClock clock;
    private final RoutingContext exchange;

    Changes(
            Idempotency idempotency,
            Publications publications,
            Publisher publisher,
            Tokens tokens,
            DatabaseClock clock,
            RoutingContext exchange) {
        this.idempotency = idempotency;
        this.publications = publications;
        this.publisher = publisher;
        this.tokens = tokens;
        this.clock = clock;
        this.exchange = exchange;
    }

    /** A change by POST: with an {@code Idempotency-Key} it happens once, however often it is sent. */
    Response post(Supplier<Answer> change) {
        Optional<Idempotency.Key> key = idempotency.key(exchange);
        if (key.isEmpty()) {
            return apply(change);
        }
        Idempotency.Outcome outcome =
                QuarkusTransaction.requiringNew().call(() -> idempotency.once(key.get(), () -> prepare(change.get())));
        return switch (outcome) {
            case Idempotency.Outcome.Repeated(var response) -> response;
            case Idempotency.Outcome.First(var answer) -> {
                complete(answer);
                QuarkusTransaction.requiringNew().run(() -> idempotency.update(key.get(), answer));
                yield respond(answer);
            }
        };
    }

    /** A change by a method that is idempotent by itself. */
    Response apply(Supplier<Answer> change) {
        Answer answer = QuarkusTransaction.requiringNew().call(() -> prepare(change.get()));
        complete(answer);
        return respond(answer);
    }

    private Answer prepare(Answer answer) {
        boolean async = isAsync(answer);
        showEffect(answer, async);
        FaultPoint.CHANGE_BEFORE_COMMIT.pass();
        return async
                ? new Answer(
                        202, answer.location(), answer.body(), answer.shownOnce(), answer.published(), answer.effect())
                : answer;
    }

    private void complete(Answer answer) {
        FaultPoint.CHANGE_AFTER_COMMIT.pass();
        boolean async = isAsync(answer);
        if (!async) {
            publisher.publish(answer.published());
        }
        QuarkusTransaction.requiringNew().run(() -> {
            if (answer.published().size() == 1) {
                showPublication(answer);
            }
            showEffect(answer, async);
        });
        FaultPoint.CHANGE_BEFORE_ANSWER.pass();
    }

    /** Before the commit for an answer that is never completed, after it for the one that is given. */
    private void showEffect(Answer answer, boolean async) {
        if (answer.effect() != null) {
            Instant now = clock.now();
            answer.body().set("effective", effective(Effective.uncached(async ? now.plus(ASYNC_BOUND) : now)));
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
