package io.tokenvault.access;

import io.tokenvault.audit.Actor;
import io.tokenvault.token.EnvironmentName;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An operator who proved who it is.
 *
 * @param id scopes idempotency keys: the operator id, or {@code bootstrap}
 * @param bootstrap whether it is the bootstrap key, which may only read and create operators
 */
public record Caller(String id, Actor actor, Set<Role> roles, Reach reach, boolean bootstrap) {

    /** Under which a raw route for operators finds its caller among the data of the request. */
    public static final String KEY = Caller.class.getName();

    /** The environments an operator is bound to. */
    public sealed interface Reach {
        boolean includes(EnvironmentName environment);

        /** {@code "*"}. */
        record Everywhere() implements Reach {
            @Override
            public boolean includes(EnvironmentName environment) {
                return true;
            }
        }

        /** These and no others. */
        record Only(Set<EnvironmentName> environments) implements Reach {
            @Override
            public boolean includes(EnvironmentName environment) {
                return environments.contains(environment);
            }
        }
    }

    public boolean hasOneOf(Role... wanted) {
        for (Role role : wanted) {
            if (roles.contains(role)) {
                return true;
            }
        }
        return false;
    }

    public boolean mayReach(EnvironmentName environment) {
        return reach.includes(environment);
    }

    /** The environments this caller is bound to; null: all. */
    public @Nullable Set<EnvironmentName> environments() {
        return switch (reach) {
            case Reach.Everywhere _ -> null;
            case Reach.Only(var names) -> names;
        };
    }

    /** Whether this caller is bound to all that {@code other} reaches. */
    public boolean covers(Reach other) {
        return switch (other) {
            case Reach.Everywhere _ -> reach instanceof Reach.Everywhere;
            case Reach.Only(var environments) -> environments.stream().allMatch(reach::includes);
        };
    }

    /** The one environment this caller is bound to; empty when it is bound to several or to all. */
    public Optional<EnvironmentName> onlyEnvironment() {
        return switch (reach) {
            case Reach.Only only
            when only.environments().size() == 1 ->
                Optional.of(only.environments().iterator().next());
            case Reach.Only _, Reach.Everywhere _ -> Optional.empty();
        };
    }
}
