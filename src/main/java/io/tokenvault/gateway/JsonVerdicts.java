package io.tokenvault.gateway;

import static io.tokenvault.access.Role.VALIDATOR;

import io.tokenvault.access.Caller;
import io.tokenvault.http.Access;
import io.tokenvault.http.BodyType;
import io.tokenvault.http.Exchange;
import io.tokenvault.http.Problems;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.http.RawRoute;
import io.tokenvault.http.RequestBodies;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What the endpoints have in common that answer operators with verdicts as JSON, on the event loop. */
abstract class JsonVerdicts implements RawRoute {
    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/json;charset=UTF-8");
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.POST);
    private static final Access ACCESS = new Access.Roles(Set.of(VALIDATOR.code()));

    @Override
    public Set<HttpMethod> methods() {
        return METHODS;
    }

    @Override
    public Access access() {
        return ACCESS;
    }

    @Override
    public RunsOn runsOn() {
        return RunsOn.EVENT_LOOP;
    }

    @Override
    public void handle(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Caller caller = Objects.requireNonNull(exchange.get(Caller.KEY), "nobody was admitted");
        Exchange.onEventLoop(
                exchange,
                RequestBodies.start(exchange, BodyType.JSON),
                body -> answer(exchange, caller, body),
                refusal -> Problems.write(exchange, refusal));
    }

    abstract void answer(RoutingContext exchange, Caller caller, byte[] body);

    static <T> void respond(RoutingContext exchange, CompletionStage<T> verdicts, Function<T, Buffer> json) {
        Exchange.onEventLoop(
                exchange,
                verdicts,
                known -> exchange.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                        .end(json.apply(known)),
                none -> Problems.write(exchange, NoVerdict.problem(none)));
    }
}
