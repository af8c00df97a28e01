package io.tokenvault.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tokenvault.access.Caller;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.Scope;
import io.tokenvault.validation.Demand;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what nearly every caller sends, in one pass: visible ASCII without escapes, no field twice, unknown, null or of
 * another form. Everything else is left to {@link ValidateRequest}, which says what is wrong, if anything is.
 */
final class PlainQuestions {
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final Environments environments;
    private final Caller caller;

    PlainQuestions(Environments environments, Caller caller) {
        this.environments = environments;
        this.caller = caller;
    }

    /** The question that this body is; empty when it takes a closer look. */
    Optional<ValidateRequest> one(byte[] body) {
        if (!isPlain(body)) {
            return Optional.empty();
        }
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            ValidateRequest question = question(json);
            return json.nextToken() == null ? Optional.ofNullable(question) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** The questions that this batch holds, {@code most} of them at most; empty when it takes a closer look. */
    Optional<List<ValidateRequest>> batch(byte[] body, int most) {
        if (!isPlain(body)) {
            return Optional.empty();
        }
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT
                    || !"tokens".equals(json.nextFieldName())
                    || json.nextToken() != JsonToken.START_ARRAY) {
                return Optional.empty();
            }
            List<ValidateRequest> questions = new ArrayList<>();
            JsonToken next = json.nextToken();
            while (next == JsonToken.START_OBJECT && questions.size() < most) {
                ValidateRequest question = question(json);
                if (question == null) {
                    return Optional.empty();
                }
                questions.add(question);
                next = json.nextToken();
            }
            boolean whole =
                    next == JsonToken.END_ARRAY && json.nextToken() == JsonToken.END_OBJECT && json.nextToken() == null;
            return whole && !questions.isEmpty() ? Optional.of(questions) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static boolean isPlain(byte[] body) {
        for (byte read : body) {
            if (read < ' ' && read != '\n' && read != '\r' && read != '\t' || read == '\\' || read > '~') {
                return false;
            }
        }
        return true;
    }

    private @Nullable ValidateRequest question(JsonParser json) throws IOException {
        String token = null;
        EnvironmentName environment = null;
        Set<String> scopes = null;
        InetAddress source = null;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (name.equals("required_scopes") && scopes == null && value == JsonToken.START_ARRAY) {
                scopes = scopes(json);
                if (scopes == null) {
                    return null;
                }
            } else if (value != JsonToken.VALUE_STRING) {
                return null;
            } else if (name.equals("token") && token == null) {
                token = json.getText();
            } else if (name.equals("environment") && environment == null) {
                environment = environment(json.getText());
                if (environment == null) {
                    return null;
                }
            } else if (name.equals("source_ip") && source == null) {
                source = AddressRange.parseAddress(json.getText()).orElse(null);
                if (source == null) {
                    return null;
                }
            } else {
                return null;
            }
        }
        if (environment == null) {
            environment = caller.onlyEnvironment().orElse(null);
        }
        if (json.currentToken() != JsonToken.END_OBJECT || token == null || environment == null) {
            return null;
        }
        return new ValidateRequest(token, new Demand(environment, scopes == null ? Set.of() : scopes, source));
    }

    /** An environment that the caller may ask about. */
    private @Nullable EnvironmentName environment(String text) {
        return EnvironmentName.parse(text)
                .filter(name -> environments.find(name).isPresent() && caller.mayReach(name))
                .orElse(null);
    }

    private static @Nullable Set<String> scopes(JsonParser json) throws IOException {
        Set<String> scopes = new LinkedHashSet<>();
        JsonToken next = json.nextToken();
        while (next == JsonToken.VALUE_STRING) {
            String scope = json.getText();
            if (Scope.parse(scope).isEmpty() || !scopes.add(scope) || scopes.size() > ValidateRequest.MOST_SCOPES) {
                return null;
            }
            next = json.nextToken();
        }
        return next == JsonToken.END_ARRAY ? scopes : null;
    }
}
