package io.tokenvault.api;

import io.tokenvault.access.Call;
import io.tokenvault.audit.AuditEvent;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.Field;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a call names, within the environments that its caller is bound to. A foreign object looks like one that
 * does not exist; a foreign environment is forbidden, an unknown one a mistake in the request.
 */
@ApplicationScoped
class Lookup {
    static final String ENVIRONMENT_RULE = "is not the name of an environment of this deployment";

    private final Connections connections;
    private final Tokens tokens;
    private final Environments environments;
    private final Denials denials;
    private final Call call;

    Lookup(Connections connections, Tokens tokens, Environments environments, Denials denials, Call call) {
        this.connections = connections;
        this.tokens = tokens;
        this.environments = environments;
        this.denials = denials;
        this.call = call;
    }

    /** The id of a connection that the caller may see. */
    ConnectionId connection(String text) {
        Optional<ConnectionId> id = ConnectionId.parse(text);
        return id.flatMap(connections::environmentOf)
                .filter(environment -> visible("connection", text, environment))
                .flatMap(_ -> id)
                .orElseThrow(Lookup::notFound);
    }

    /** The id of a token that the caller may see. */
    TokenId token(String text) {
        Optional<TokenId> id = TokenId.parse(text);
        return id.flatMap(tokens::environmentOf)
                .filter(environment -> visible("token", text, environment))
                .flatMap(_ -> id)
                .orElseThrow(Lookup::notFound);
    }

    /** The environment of this name, or {@link EnvironmentName#SYSTEM}, when the caller may see it. */
    EnvironmentName keyringOwner(String text) {
        return existing(text)
                .or(() -> Optional.of(EnvironmentName.SYSTEM)
                        .filter(system -> system.value().equals(text)))
                .filter(environment -> visible("keyring", text, environment))
                .orElseThrow(Lookup::notFound);
    }

    /** The environment of this name, when the caller may see it. */
    EnvironmentName environment(String text) {
        return existing(text)
                .filter(environment -> visible("environment", text, environment))
                .orElseThrow(Lookup::notFound);
    }

    static ProblemException notFound() {
        return ProblemException.of(ProblemCode.NOT_FOUND, "there is no such object");
    }

    /** For fields and parameters: an environment that exists. */
    Optional<EnvironmentName> existing(String text) {
        return EnvironmentName.parse(text)
                .filter(name -> environments.find(name).isPresent());
    }

    /** The environment, when the caller is bound to it; else 403. */
    EnvironmentName reachable(EnvironmentName environment) {
        if (!call.caller().mayReach(environment)) {
            denials.record(
                    new AuditEvent.Subject("environment", environment.value()),
                    environment,
                    call.origin(),
                    ProblemCode.FORBIDDEN.code());
            throw ProblemException.of(ProblemCode.FORBIDDEN, "the caller is not bound to this environment");
        }
        return environment;
    }

    /** The environments that a list shows: the one asked for, or those of the caller; null: all. */
    @Nullable
    Collection<EnvironmentName> shown(Field<EnvironmentName> asked) {
        Optional<EnvironmentName> one = asked.find();
        return one.isPresent()
                ? java.util.List.of(reachable(one.get()))
                : call.caller().environments();
    }

    /** Whether the caller may see this object of the environment; if not, that is recorded. */
    boolean visible(String type, String id, EnvironmentName environment) {
        boolean visible = call.caller().mayReach(environment);
        if (!visible) {
            denials.record(new AuditEvent.Subject(type, id), environment, call.origin(), ProblemCode.NOT_FOUND.code());
        }
        return visible;
    }
}
