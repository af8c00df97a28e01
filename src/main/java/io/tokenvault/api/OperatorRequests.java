package io.tokenvault.api;

import io.tokenvault.access.Call;
import io.tokenvault.access.Caller;
import io.tokenvault.access.OperatorDirectory;
import io.tokenvault.access.Role;
import io.tokenvault.audit.AuditEvent;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The bodies of requests about operators. */
@ApplicationScoped
class OperatorRequests {
    private static final String EVERYWHERE = "*";
    private static final int LONGEST_NAME = 128;
    private static final int MOST_ENVIRONMENTS = 100;

    private final Lookup lookup;
    private final Denials denials;
    private final Call call;

    OperatorRequests(Lookup lookup, Denials denials, Call call) {
        this.lookup = lookup;
        this.denials = denials;
        this.call = call;
    }

    /** Nobody can make an operator who reaches further than themselves. */
    OperatorDirectory.Request creation() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<String> name =
                fields.text("name", LONGEST_NAME).required().check(text -> !text.isBlank(), "must not be blank");
        Field<List<Role>> roles = fields.list(
                        "roles",
                        Role.values().length,
                        Role::parse,
                        "each one of issuer, validator, security, auditor, admin")
                .required()
                .check(list -> !list.isEmpty(), "must name a role");
        Field<List<String>> environments = fields.list(
                        "environments",
                        MOST_ENVIRONMENTS,
                        this::environment,
                        "each the name of an environment, or \"*\" alone")
                .required()
                .check(list -> !list.isEmpty(), "must name an environment, or be [\"*\"]")
                .check(list -> list.size() == 1 || !list.contains(EVERYWHERE), "\"*\" stands alone");
        Field<Duration> expiresIn = fields.duration("expires_in");
        fields.verify();
        Caller.Reach reach = reach(environments.get());
        if (!call.caller().covers(reach)) {
            denials.record(new AuditEvent.Subject("operator", null), null, call.origin(), ProblemCode.FORBIDDEN.code());
            throw ProblemException.of(ProblemCode.FORBIDDEN, "the caller is not bound to all of these environments");
        }
        return new OperatorDirectory.Request(
                name.get(), Set.copyOf(roles.get()), reach, expiresIn.find().orElse(null));
    }

    /** A body without fields. */
    void nothing() {
        JsonFields.parse(call.body()).verify();
    }

    private Optional<String> environment(String text) {
        return text.equals(EVERYWHERE)
                ? Optional.of(text)
                : lookup.existing(text).map(EnvironmentName::value);
    }

    private static Caller.Reach reach(List<String> environments) {
        return environments.contains(EVERYWHERE)
                ? new Caller.Reach.Everywhere()
                : new Caller.Reach.Only(
                        environments.stream().map(EnvironmentName::new).collect(Collectors.toUnmodifiableSet()));
    }
}
