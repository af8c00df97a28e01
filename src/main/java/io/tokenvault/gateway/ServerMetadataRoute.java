package io.tokenvault.gateway;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.http.Access;
import io.tokenvault.http.RawRoute;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Authorization server metadata (RFC 8414). There is no token endpoint and no grant: tokens are issued by the control
 * plane.
 */
@Singleton
public class ServerMetadataRoute implements RawRoute {
    private final PublicUrl publicUrl;

    ServerMetadataRoute(PublicUrl publicUrl) {
        this.publicUrl = publicUrl;
    }

    @Override
    public String path() {
        return "/.well-known/oauth-authorization-server";
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public Access access() {
        return new Access.Open("says what any client has to know before it has a credential");
    }

    @Override
    public RunsOn runsOn() {
        return RunsOn.EVENT_LOOP;
    }

    @Override
    public void handle(RoutingContext exchange) {
        String issuer = publicUrl.forCallerOf(exchange);
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.put("issuer", issuer);
        // Empty, not left out: the first one is required, and without the second one clients assume two grants.
        metadata.putArray("response_types_supported");
        metadata.putArray("grant_types_supported");
        metadata.put("introspection_endpoint", issuer + "/oauth2/introspect");
        metadata.putArray("introspection_endpoint_auth_methods_supported")
                .add("client_secret_basic")
                .add("client_secret_post")
                .add("Bearer");
        metadata.put("revocation_endpoint", issuer + "/oauth2/revoke");
        // A bearer token works here as well, but only introspection has a registered word for it.
        metadata.putArray("revocation_endpoint_auth_methods_supported")
                .add("client_secret_basic")
                .add("client_secret_post");
        exchange.response()
                .putHeader("Content-Type", "application/json;charset=UTF-8")
                .end(metadata.toString());
    }
}
