package io.tokenvault.gateway;

import io.tokenvault.http.Percent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of an OAuth request: none twice, and one without a value counts as left out (RFC 6749 §3.2). Prints
 * nothing.
 */
final class OAuthForm {
    private final Map<String, String> parameters;

    private OAuthForm(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    /** @throws OAuthProblem {@code invalid_request} for anything that is no such form */
    static OAuthForm parse(byte[] body) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : text(body).split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = parameter(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : parameter(pair.substring(equals + 1));
            if (!name.isEmpty() && parameters.putIfAbsent(name, value) != null) {
                throw OAuthProblem.invalidRequest("a parameter is there twice");
            }
        }
        return new OAuthForm(parameters);
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    /**
     * One part of HTTP Basic credentials, or of a form, as RFC 6749 appendix B has it.
     *
     * @throws IllegalArgumentException when it is not encoded so
     */
    static String decoded(String encoded) {
        return Percent.decode(encoded.replace('+', ' '))
                .orElseThrow(() -> new IllegalArgumentException("not encoded as a form is"));
    }

    private static String parameter(String encoded) {
        try {
            return decoded(encoded);
        } catch (IllegalArgumentException _) {
            throw OAuthProblem.invalidRequest("a parameter is not encoded as a form is");
        }
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException _) {
            throw OAuthProblem.invalidRequest("the body is not UTF-8");
        }
    }
}
