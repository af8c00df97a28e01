package io.tokenvault.testing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The token endpoint of Microsoft Entra, for one application in one tenant: client credentials (RFC 6749, 4.4). */
final class KeyVaultLogin {
    static final String TENANT = "11111111-2222-3333-4444-555555555555";
    static final String CLIENT = "66666666-7777-8888-9999-000000000000";
    /** The resource that a vault wants tokens for. */
    static final String RESOURCE = "https://vault.azure.net";

    static final String CLIENT_SECRET = "client-secret-not-for-logs";
    static final String ASSERTION = "signed-identity-not-for-logs";
    static final String IDENTITY_HEADER = "identity-header-not-for-logs";

    private final Set<String> tokens = ConcurrentHashMap.newKeySet();

    /** From now on nobody's token is good any more. */
    void withdrawTokens() {
        tokens.clear();
    }

    boolean isGood(String authorization) {
        return authorization != null
                && authorization.startsWith("Bearer ")
                && tokens.contains(authorization.substring(7));
    }

    KeyVaultSecrets.Answer token(String tenant, String body) {
        Map<String, String> form = Arrays.stream(body.split("&"))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(
                        field -> field[0],
                        field -> field.length < 2 ? "" : URLDecoder.decode(field[1], StandardCharsets.UTF_8)));
        if (!tenant.equals(TENANT)) {
            return refusal(400, "invalid_request", 90002);
        }
        if (!"client_credentials".equals(form.get("grant_type"))) {
            return refusal(400, "unsupported_grant_type", 70003);
        }
        if (Arrays.stream(form.getOrDefault("scope", "").split(" ")).noneMatch((RESOURCE + "/.default")::equals)) {
            return refusal(400, "invalid_scope", 1002012);
        }
        if (!CLIENT.equals(form.get("client_id"))) {
            return refusal(400, "unauthorized_client", 700016);
        }
        boolean bySecret = CLIENT_SECRET.equals(form.get("client_secret"));
        boolean byAssertion = ASSERTION.equals(form.get("client_assertion"))
                && "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".equals(form.get("client_assertion_type"));
        if (!bySecret && !byAssertion) {
            return refusal(401, "invalid_client", 7000215);
        }
        return granted();
    }

    /** The managed identity endpoint of App Service, 2019-08-01; no secret but a header that only the machine knows. */
    KeyVaultSecrets.Answer managed(Map<String, String> query, String header) {
        return IDENTITY_HEADER.equals(header)
                        && "2019-08-01".equals(query.get("api-version"))
                        && RESOURCE.equals(query.get("resource"))
                ? granted()
                : refusal(400, "invalid_request", 0);
    }

    private KeyVaultSecrets.Answer granted() {
        String token = "access-token-not-for-logs-" + UUID.randomUUID();
        tokens.add(token);
        Instant expires = Instant.now().plus(Duration.ofHours(1));
        ObjectNode granted = JsonNodeFactory.instance.objectNode();
        granted.put("token_type", "Bearer").put("expires_in", 3600).put("ext_expires_in", 3600);
        granted.put("expires_on", Long.toString(expires.getEpochSecond())).put("resource", RESOURCE);
        return new KeyVaultSecrets.Answer(200, granted.put("access_token", token));
    }

    private static KeyVaultSecrets.Answer refusal(int status, String error, int code) {
        ObjectNode refusal = JsonNodeFactory.instance.objectNode();
        refusal.put("error", error).put("error_description", "AADSTS" + code + ": refused");
        refusal.putArray("error_codes").add(code);
        return new KeyVaultSecrets.Answer(status, refusal);
    }
}
