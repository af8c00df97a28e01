package io.tokenvault.gateway;

import io.tokenvault.http.BearerCredential;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the caller of an OAuth endpoint says who it is: an operator key as a bearer token (RFC 6750), or operator id and key
 * by HTTP Basic or in the form (RFC 6749 §2.3.1). Prints nothing.
 */
public final class ClientCredential {
    private static final Pattern BASIC = Pattern.compile("(?i:basic) +([A-Za-z0-9+/]+=*)");

    private final Optional<String> operatorId;
    private final String key;
    private final boolean bearer;

    private ClientCredential(Optional<String> operatorId, String key, boolean bearer) {
        this.operatorId = operatorId;
        this.key = key;
        this.bearer = bearer;
    }

    /** The operator whose key it has to be; empty: whoever holds it. */
    public Optional<String> operatorId() {
        return operatorId;
    }

    public String revealKey() {
        return key;
    }

    public boolean isBearer() {
        return bearer;
    }

    /** Whether the request says who calls before its body is read. */
    static boolean isInHeader(RoutingContext exchange) {
        return exchange.request().headers().contains(HttpHeaders.AUTHORIZATION);
    }

    /** @throws OAuthProblem {@code invalid_client} when it cannot be read, {@code invalid_request} for more than one */
    static ClientCredential ofHeader(RoutingContext exchange) {
        List<String> headers = exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (headers.size() != 1) {
            throw OAuthProblem.twoCredentials();
        }
        if (BearerCredential.of(headers) instanceof BearerCredential.Present present) {
            return new ClientCredential(Optional.empty(), present.reveal(), true);
        }
        Matcher basic = BASIC.matcher(headers.getFirst());
        if (!basic.matches()) {
            throw OAuthProblem.invalidClient(headers.getFirst().regionMatches(true, 0, "Bearer", 0, 6));
        }
        try {
            String pair = new String(Base64.getDecoder().decode(basic.group(1)), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 0) {
                throw OAuthProblem.invalidClient(false);
            }
            return new ClientCredential(
                    Optional.of(OAuthForm.decoded(pair.substring(0, colon))),
                    OAuthForm.decoded(pair.substring(colon + 1)),
                    false);
        } catch (IllegalArgumentException notEncodedSo) {
            throw OAuthProblem.invalidClient(false);
        }
    }

    /** @throws OAuthProblem {@code invalid_client} when there is none */
    static ClientCredential ofForm(OAuthForm form) {
        Optional<String> id = form.find("client_id");
        Optional<String> secret = form.find("client_secret");
        if (id.isEmpty() || secret.isEmpty()) {
            throw OAuthProblem.noClient();
        }
        return new ClientCredential(id, secret.get(), false);
    }

    @Override
    public String toString() {
        return "ClientCredential[***]";
    }
}
