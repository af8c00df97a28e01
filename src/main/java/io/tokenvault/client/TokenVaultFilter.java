package io.tokenvault.client;

import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets only holders of a good token reach the resources of a platform service; a subclass with {@code @Provider} protects
 * all of them. A refusal is a problem document with challenge and reason, as the service itself answers at
 * {@code /authz} (RFC 6750 §3, RFC 9457). The token ends here: resources see the verdict, under {@link #VERDICT}.
 *
 * <p>It waits for the verdict, so resources behind it run on worker or virtual threads, not on an event loop.
 */
@Priority(Priorities.AUTHENTICATION)
public class TokenVaultFilter implements ContainerRequestFilter {
    /** The property of a request that holds its {@link Verdict.Accepted}. */
    public static final String VERDICT = "io.tokenvault.verdict";

    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +([A-Za-z0-9._~+/-]+=*)");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{8,64}");
    private static final String CHALLENGE = "Bearer realm=\"token-vault\"";

    private final TokenVaultClient client;
    private final Demand demand;

    /** Every request needs a token with all of these scopes, unless {@link #demand} says otherwise. */
    public TokenVaultFilter(TokenVaultClient client, String... scopes) {
        this.client = client;
        this.demand = Demand.scopes(scopes);
    }

    /**
     * What this request needs: by itself the scopes of the constructor, and no address. To be overridden where resources
     * differ, or where connections are bound to addresses; never from what the client says of itself.
     */
    protected Demand demand(ContainerRequestContext request) {
        return demand;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        List<String> headers = request.getHeaders().getOrDefault(HttpHeaders.AUTHORIZATION, List.of());
        Matcher bearer = BEARER.matcher(headers.size() == 1 ? headers.getFirst() : "");
        if (!bearer.matches()) {
            refuse(request, 401, "unauthenticated", "Not authenticated", CHALLENGE, 0);
            return;
        }
        switch (client.validate(bearer.group(1), demand(request))) {
            case Verdict.Accepted accepted -> {
                request.getHeaders().remove(HttpHeaders.AUTHORIZATION);
                request.setProperty(VERDICT, accepted);
            }
            case Verdict.Refused(var reason) ->
                refuse(
                        request,
                        reason.status(),
                        reason.code(),
                        reason.title(),
                        challenge(reason),
                        reason == Reason.RATE_LIMITED ? 1 : 0);
            case Verdict.Unavailable(var _, var wait) ->
                refuse(request, 503, "validation_unavailable", "Validation unavailable", "", wait.toSeconds());
        }
    }

    private static String challenge(Reason reason) {
        return switch (reason.status()) {
            case 401 -> CHALLENGE + ", error=\"invalid_token\"";
            case 403 -> reason == Reason.INSUFFICIENT_SCOPE ? CHALLENGE + ", error=\"insufficient_scope\"" : "";
            default -> "";
        };
    }

    private static void refuse(
            ContainerRequestContext request, int status, String code, String title, String challenge, long wait) {
        String id = request.getHeaders().getOrDefault("X-Request-Id", List.of()).stream()
                .filter(text -> REQUEST_ID.matcher(text).matches())
                .findFirst()
                .orElseGet(() -> UUID.randomUUID().toString());
        String problem = """
                {"type":"/problems/%1$s","title":"%2$s","status":%3$d,"detail":"%2$s","code":"%1$s","request_id":"%4$s"}""".formatted(code, title, status, id);
        Response.ResponseBuilder answer = Response.status(status)
                .entity(problem)
                .type("application/problem+json")
                .header("X-Token-Vault-Reason", code)
                .header("X-Request-Id", id)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
        if (!challenge.isEmpty()) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, challenge);
        }
        if (wait > 0) {
            answer.header(HttpHeaders.RETRY_AFTER, wait);
        }
        request.abortWith(answer.build());
    }
}
