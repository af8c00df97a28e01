package io.tokenvault.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tokenvault.access.Caller;
import io.tokenvault.access.Role;
import io.tokenvault.http.Exchange;
import io.tokenvault.token.TokenState;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Locale;

/** Token introspection (RFC 7662). Of a token that is not active nothing is said but that. */
@Singleton
public class IntrospectionRoute extends OAuthRoute {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Buffer INACTIVE = Buffer.buffer("{\"active\":false}");

    private final Validator validator;
    private final PublicUrl publicUrl;

    IntrospectionRoute(OAuthClients clients, Validator validator, PublicUrl publicUrl) {
        super(clients, Role.VALIDATOR);
        this.validator = validator;
        this.publicUrl = publicUrl;
    }

    @Override
    public String path() {
        return "/oauth2/introspect";
    }

    @Override
    void answer(RoutingContext exchange, Caller caller, String token) {
        Exchange.onEventLoop(
                exchange,
                validator.introspect(token, caller.id(), caller::mayReach),
                verdict -> exchange.response()
                        .putHeader("Content-Type", "application/json;charset=UTF-8")
                        .end(
                                verdict instanceof Verdict.Accepted(var record, var state)
                                        ? active(record, state)
                                        : INACTIVE),
                failure -> OAuthProblem.write(exchange, failure));
    }

    private Buffer active(TokenRecord token, TokenState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeBooleanField("active", true);
            json.writeStringField("scope", String.join(" ", token.scopes()));
            json.writeStringField("client_id", token.connection().value());
            json.writeStringField("sub", token.connection().value());
            json.writeStringField("token_type", "Bearer");
            json.writeNumberField("iat", token.issuedAt().getEpochSecond());
            Instant expiresAt = token.life().expiresAt();
            if (expiresAt != null) {
                json.writeNumberField("exp", expiresAt.getEpochSecond());
            }
            if (publicUrl.configured().isPresent()) {
                json.writeStringField("iss", publicUrl.configured().get());
            }
            json.writeStringField("jti", token.id().value());
            json.writeStringField("tv_environment", token.environment().value());
            json.writeStringField("tv_tenant", token.tenant());
            json.writeStringField("tv_system", token.system());
            json.writeStringField("tv_state", state.name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Buffer.buffer(bytes.toByteArray());
    }
}
