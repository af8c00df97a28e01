package io.tokenvault.client;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a token has to be good for, beside its environment.
 *
 * @param scopes all of them are needed (scope-tokens of RFC 6749 §3.3)
 * @param source where the request came from; without one, a connection that is bound to addresses is refused
 */
public record Demand(Set<String> scopes, Optional<InetAddress> source) {
    /** Any live token of the environment. */
    public static final Demand NONE = new Demand(Set.of(), Optional.empty());

    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,128}");

    public Demand {
        scopes = Set.copyOf(scopes);
        if (!scopes.stream().allMatch(Demand::isScope)) {
            throw new IllegalArgumentException("a scope is a scope-token of RFC 6749, of at most 128 characters");
        }
    }

    /** A token with all of these. */
    public static Demand scopes(String... scopes) {
        return new Demand(Set.of(scopes), Optional.empty());
    }

    /** The same of a request that came from there. */
    public Demand from(InetAddress address) {
        return new Demand(scopes, Optional.of(address));
    }

    static boolean isScope(String text) {
        return SCOPE.matcher(text).matches();
    }
}
