package io.tokenvault.http;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import io.quarkus.virtual.threads.VirtualThreads;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;

/**
 * The one place that registers routes beside JAX-RS. It matches the raw path, checks the method and the caller, and
 * only then runs the route; a path of nobody is a 404.
 */
@Singleton
public final class Routes {
    /** After the framework's security filters, before its routes. */
    private static final int RAW_ROUTES = -50;

    /**
     * Before the framework's security filters, which refuse targets that a gateway may well pass on, and which the
     * busiest routes have no use for.
     */
    private static final int UNTOUCHED = -10_000;

    private static final int FAILURES = Integer.MIN_VALUE + 10;
    private static final int NOBODY = 30_000;

    private final Map<String, RawRoute> exact = new HashMap<>();
    private final Map<RawRoute, Set<String>> methods = new IdentityHashMap<>();
    private final List<Prefixed> prefixed;
    private final Optional<RouteAuthorizer> authorizer;
    private final ExecutorService virtualThreads;

    private record Prefixed(String prefix, RawRoute route) {}

    @Inject
    public Routes(
            Instance<RawRoute> routes,
            Instance<RouteAuthorizer> authorizers,
            @VirtualThreads ExecutorService virtualThreads) {
        this(
                routes.stream().toList(),
                authorizers.isResolvable() ? Optional.of(authorizers.get()) : Optional.empty(),
                virtualThreads);
    }

    Routes(List<RawRoute> routes, Optional<RouteAuthorizer> authorizer, ExecutorService virtualThreads) {
        this.authorizer = authorizer;
        this.virtualThreads = virtualThreads;
        routes.forEach(this::admit);
        this.prefixed = routes.stream()
                .filter(route -> route.path().endsWith("/*"))
                .map(route ->
                        new Prefixed(route.path().substring(0, route.path().length() - 1), route))
                .sorted(Comparator.comparingInt(
                                (Prefixed route) -> route.prefix().length())
                        .reversed())
                .toList();
    }

    private void admit(RawRoute route) {
        String name = route.getClass().getName() + " at " + route.path();
        if (!route.path().startsWith("/")) {
            throw new IllegalStateException("the route " + name + " has no absolute path");
        }
        if (route.access() == null) {
            throw new IllegalStateException("the route " + name + " does not declare who may call it");
        }
        if (route.access() instanceof Access.Roles && authorizer.isEmpty()) {
            throw new IllegalStateException(
                    "the route " + name + " is for operators, and nothing here knows operators");
        }
        if (exact.put(route.path(), route) != null) {
            throw new IllegalStateException("the path of the route " + name + " is taken");
        }
        methods.put(route, methods(route));
    }

    void register(@Observes Router router) {
        JaxRsPaths resources = JaxRsPaths.deployed();
        router.route().order(FAILURES).failureHandler(FrontFilter::fail);
        router.route().order(UNTOUCHED).handler(exchange -> {
            if (isUntouched(exchange)) {
                dispatch(exchange, resources);
                return;
            }
            RawRoute route = exact.get(Exchange.path(exchange));
            if (route != null && route.runsOn() == RawRoute.RunsOn.EVENT_LOOP) {
                run(route, exchange);
            } else {
                exchange.next();
            }
        });
        router.route().order(RAW_ROUTES).handler(exchange -> dispatch(exchange, resources));
        router.route().order(NOBODY).handler(exchange -> Problems.write(exchange, Failures.of(404)));
    }

    private void dispatch(RoutingContext exchange, JaxRsPaths resources) {
        String path = Exchange.path(exchange);
        Optional<RawRoute> route = find(path);
        if (route.isPresent()) {
            run(route.get(), exchange);
        } else if (isUntouched(exchange)) {
            Problems.write(exchange, Failures.of(404));
        } else {
            resources.find(path).ifPresentOrElse(resource -> admit(exchange, resource), exchange::next);
        }
    }

    /** What JAX-RS would see to itself, but after the caller and with another answer: the method, and what is accepted. */
    private static void admit(RoutingContext exchange, JaxRsPaths.Found resource) {
        if (!resource.methods().contains(exchange.request().method().name())) {
            Exchange.name(exchange, resource.template());
            Problems.writeNotAllowed(exchange, resource.methods());
        } else if (!Negotiation.acceptsJson(exchange)) {
            Problems.write(exchange, Failures.of(406));
        } else {
            exchange.next();
        }
    }

    private static boolean isUntouched(RoutingContext exchange) {
        return Exchange.path(exchange).startsWith(RequestTarget.UNTOUCHED);
    }

    private Optional<RawRoute> find(String path) {
        RawRoute route = path.endsWith("/*") ? null : exact.get(path);
        return route != null
                ? Optional.of(route)
                : prefixed.stream()
                        .filter(candidate -> path.startsWith(candidate.prefix()))
                        .map(Prefixed::route)
                        .findFirst();
    }

    private void run(RawRoute route, RoutingContext exchange) {
        Exchange.name(exchange, route.path());
        Set<String> allowed = methods.getOrDefault(route, Set.of());
        if (!allowed.isEmpty() && !allowed.contains(exchange.request().method().name())) {
            Problems.writeNotAllowed(exchange, allowed);
            return;
        }
        switch (route.access()) {
            case Access.Open _ -> start(route, exchange);
            case Access.Roles(var anyOf) -> admit(route, exchange, anyOf);
        }
    }

    private void admit(RawRoute route, RoutingContext exchange, Set<String> anyOf) {
        if (!Negotiation.acceptsJson(exchange)) {
            Problems.write(exchange, Failures.of(406));
            return;
        }
        String endpoint = exchange.request().method().name() + " " + route.path();
        Exchange.onEventLoop(
                exchange,
                authorizer.orElseThrow().admit(exchange, endpoint, anyOf),
                _ -> start(route, exchange),
                refusal -> Problems.write(exchange, refusal));
    }

    private void start(RawRoute route, RoutingContext exchange) {
        switch (route.runsOn()) {
            case EVENT_LOOP -> answer(route, exchange);
            case VIRTUAL_THREAD -> virtualThreads.execute(() -> answerInRequestContext(route, exchange));
        }
    }

    private static void answerInRequestContext(RawRoute route, RoutingContext exchange) {
        ManagedContext scope = Arc.container().requestContext();
        scope.activate();
        try {
            answer(route, exchange);
        } finally {
            scope.terminate();
        }
    }

    private static void answer(RawRoute route, RoutingContext exchange) {
        try {
            route.handle(exchange);
        } catch (RuntimeException failed) {
            Problems.write(exchange, failed);
        }
    }

    private static Set<String> methods(RawRoute route) {
        Set<String> methods = new TreeSet<>();
        for (HttpMethod method : route.methods()) {
            methods.add(method.name());
            if (method.equals(HttpMethod.GET)) {
                methods.add("HEAD");
            }
        }
        return methods;
    }
}
