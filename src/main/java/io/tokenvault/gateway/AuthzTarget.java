package io.tokenvault.gateway;

import io.tokenvault.http.Percent;
import io.tokenvault.token.Scope;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The raw target of a forward-auth request: {@code /authz/<environment>}, with the scopes that the operator of the
 * gateway requires in the query of exactly that path or in a segment of their own, and then whatever path the gateway's
 * client asked for. A target that could be read in two ways is none.
 *
 * @param environment the first segment, as it was written
 */
record AuthzTarget(String environment, Set<String> requiredScopes) {
    private static final String PREFIX = "/authz/";
    private static final String SCOPE = "scope=";
    private static final Pattern DOT_SEGMENT = Pattern.compile("(?i)(?:\\.|%2e){1,2}");
    private static final Pattern AMBIGUOUS = Pattern.compile("(?i)%(?:2f|5c|00)|\\\\|%(?![0-9a-f]{2})|[^!-~]");

    /** The parts of a raw target; empty when it is none that can be trusted. */
    static Optional<AuthzTarget> parse(String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        if (!path.startsWith(PREFIX) || AMBIGUOUS.matcher(path).find()) {
            return Optional.empty();
        }
        List<String> segments = List.of(path.substring(PREFIX.length()).split("/", -1));
        if (segments.stream().anyMatch(segment -> DOT_SEGMENT.matcher(segment).matches())) {
            return Optional.empty();
        }
        String environment = segments.getFirst();
        if (segments.size() == 1) {
            return (question < 0 ? Optional.of(Set.<String>of()) : query(target.substring(question + 1)))
                    .map(scopes -> new AuthzTarget(environment, scopes));
        }
        return segments.get(1).startsWith(SCOPE)
                ? scopes(segments.get(1).substring(SCOPE.length()), ",")
                        .map(scopes -> new AuthzTarget(environment, scopes))
                : Optional.of(new AuthzTarget(environment, Set.of()));
    }

    /** The query of a gateway with a fixed target: {@code scope} once, separated by spaces, and nothing else. */
    private static Optional<Set<String>> query(String query) {
        return query.startsWith(SCOPE) && query.indexOf('&') < 0 && query.indexOf(';') < 0
                ? scopes(query.substring(SCOPE.length()).replace('+', ' ').replaceAll("(?i)%20", " "), " ")
                : Optional.empty();
    }

    private static Optional<Set<String>> scopes(String text, String separator) {
        Set<String> scopes = new LinkedHashSet<>();
        for (String encoded : text.split(separator, -1)) {
            Optional<String> scope = Percent.decode(encoded).flatMap(Scope::parse);
            if (scope.isEmpty()) {
                return Optional.empty();
            }
            scopes.add(scope.get());
        }
        return Optional.of(scopes);
    }
}
