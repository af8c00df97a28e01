package io.tokenvault.http;

import java.util.Set;

/** Who may call a {@link RawRoute}. */
public sealed interface Access {

    /** Anyone, or the route asks for credentials itself; {@code why} says what stands in the place of an operator. */
    record Open(String why) implements Access {
        public Open {
            if (why.isBlank()) {
                throw new IllegalArgumentException("an open route says why");
            }
        }
    }

    /**
     * Operators with one of these roles, admitted by the {@link RouteAuthorizer} before the route runs; they send and
     * accept JSON.
     */
    record Roles(Set<String> anyOf) implements Access {
        public Roles {
            if (anyOf.isEmpty()) {
                throw new IllegalArgumentException("a route for operators names a role");
            }
            anyOf = Set.copyOf(anyOf);
        }
    }
}
