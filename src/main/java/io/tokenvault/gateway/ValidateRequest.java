package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.Scope;
import io.tokenvault.validation.Demand;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One question of a platform service: is this token good for that? Prints nothing of the token. */
final class ValidateRequest {
    static final int MOST_SCOPES = 32;

    private final String token;
    private final Demand demand;

    ValidateRequest(String token, Demand demand) {
        this.token = token;
        this.demand = demand;
    }

    /** Asks {@code fields} for a question; after they are verified, the supplier gives it, or 403 for a foreign environment. */
    static Supplier<ValidateRequest> read(JsonFields fields, Environments environments, Caller caller) {
        Field<String> token =
                fields.value("token", Optional::of, "must be text").required();
        Field<EnvironmentName> environment = fields.value(
                "environment",
                text -> EnvironmentName.parse(text)
                        .filter(name -> environments.find(name).isPresent()),
                "is not the name of an environment of this deployment");
        if (caller.onlyEnvironment().isEmpty()) {
            environment.required();
        }
        Field<List<String>> scopes = fields.list("required_scopes", MOST_SCOPES, Scope::parse, Scope.RULE);
        Field<InetAddress> source =
                fields.value("source_ip", AddressRange::parseAddress, "must be an IPv4 or IPv6 address");
        return () -> {
            EnvironmentName asked =
                    environment.find().or(caller::onlyEnvironment).orElseThrow();
            if (!caller.mayReach(asked)) {
                throw ProblemException.of(ProblemCode.FORBIDDEN, "the caller is not bound to this environment");
            }
            return new ValidateRequest(
                    token.get(),
                    new Demand(
                            asked,
                            Set.copyOf(scopes.orElse(List.of())),
                            source.find().orElse(null)));
        };
    }

    String revealToken() {
        return token;
    }

    Demand demand() {
        return demand;
    }

    @Override
    public String toString() {
        return "ValidateRequest[" + demand + "]";
    }
}
