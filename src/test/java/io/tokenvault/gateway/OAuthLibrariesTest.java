package io.tokenvault.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenIntrospectionSuccessResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.oauth2.server.resource.introspection.SpringOpaqueTokenIntrospector;

/** Libraries that speak OAuth introspect and revoke here, as they are: Spring Security, Nimbus and Vert.x. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class OAuthLibrariesTest {
    private static final String METADATA = "/.well-known/oauth-authorization-server";

    private Deployment service;
    private String issuer;
    private String operator;
    private String key;
    private String connection;
    private String token;

    @BeforeEach
    void anOperatorAndATokenInUse() {
        service = Deployment.current();
        issuer = service.anyone().get(METADATA).expect(200).text("/issuer");
        HttpAnswer made = service.admin()
                .post(
                        "/v1/operators",
                        "{\"name\":\"platform\",\"roles\":[\"validator\",\"security\"],\"environments\":[\"production\"]}")
                .expect(201);
        operator = made.text("/operator/operator_id");
        key = made.text("/key");
        HttpAnswer connected = service.connect("production", "\"scopes\":[\"vendors:read\",\"raw:read\"]");
        connection = connected.text("/connection/connection_id");
        token = connected.text("/token/token");
    }

    @Test
    void springSecurityLetsInTheHolderOfALiveToken() {
        OAuth2AuthenticatedPrincipal principal = spring(key).introspect(token);

        assertThat(principal.getName()).isEqualTo(connection);
        assertThat(principal.getAuthorities())
                .extracting(Object::toString)
                .containsExactlyInAnyOrder("SCOPE_vendors:read", "SCOPE_raw:read");
        assertThat(principal.<String>getAttribute("tv_environment")).isEqualTo("production");
    }

    @Test
    void springSecurityRefusesADeadToken() {
        revokeWithVertx();

        assertThatThrownBy(() -> spring(key).introspect(token)).isInstanceOf(BadOpaqueTokenException.class);
    }

    @Test
    void springSecurityDoesNotTakeItsOwnWrongKeyForADeadToken() {
        assertThatThrownBy(() -> spring("tvo_nonsense").introspect(token))
                .isInstanceOf(OAuth2IntrospectionException.class)
                .isNotInstanceOf(BadOpaqueTokenException.class);
    }

    @Test
    void nimbusFindsTheEndpointsAndHowToAuthenticate() throws Exception {
        AuthorizationServerMetadata metadata = AuthorizationServerMetadata.resolve(new Issuer(issuer));

        assertThat(metadata.getIntrospectionEndpointAuthMethods())
                .contains(
                        ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.CLIENT_SECRET_POST);
        assertThat(metadata.getRevocationEndpointAuthMethods())
                .containsExactly(
                        ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.CLIENT_SECRET_POST);
        assertThat(metadata.getGrantTypes()).isEmpty();
        assertThat(metadata.getTokenEndpointURI()).isNull();
    }

    @Test
    void nimbusIntrospectsWithEveryWayToAuthenticate() throws Exception {
        AuthorizationServerMetadata metadata = AuthorizationServerMetadata.resolve(new Issuer(issuer));
        AccessToken asked = new BearerAccessToken(token);

        for (TokenIntrospectionRequest request : List.of(
                new TokenIntrospectionRequest(metadata.getIntrospectionEndpointURI(), basic(), asked),
                new TokenIntrospectionRequest(metadata.getIntrospectionEndpointURI(), post(), asked),
                new TokenIntrospectionRequest(
                        metadata.getIntrospectionEndpointURI(), new BearerAccessToken(key), asked))) {
            TokenIntrospectionSuccessResponse answer = TokenIntrospectionResponse.parse(
                            request.toHTTPRequest().send())
                    .toSuccessResponse();
            assertThat(answer.isActive()).isTrue();
            assertThat(answer.getSubject().getValue()).isEqualTo(connection);
            assertThat(answer.getScope().toStringList()).containsExactlyInAnyOrder("vendors:read", "raw:read");
        }
    }

    @Test
    void nimbusRevokes() throws Exception {
        AuthorizationServerMetadata metadata = AuthorizationServerMetadata.resolve(new Issuer(issuer));

        for (ClientAuthentication client : List.of(post(), basic())) {
            assertThat(new TokenRevocationRequest(
                                    metadata.getRevocationEndpointURI(), client, new BearerAccessToken(token))
                            .toHTTPRequest()
                            .send()
                            .indicatesSuccess())
                    .isTrue();
        }

        assertThat(service.verdict(token, "production")).isEqualTo("revoked");
    }

    @Test
    void vertxAuthenticatesAndRevokes() {
        assertThat(revokeWithVertx().subject()).isEqualTo(connection);

        assertThat(service.verdict(token, "production")).isEqualTo("revoked");
    }

    /** The user that the token stood for. */
    private User revokeWithVertx() {
        Vertx vertx = Vertx.vertx();
        try {
            OAuth2Auth oauth = OAuth2Auth.create(
                    vertx,
                    new OAuth2Options()
                            .setSite(issuer)
                            .setClientId(operator)
                            .setClientSecret(key)
                            .setIntrospectionPath("/oauth2/introspect")
                            .setRevocationPath("/oauth2/revoke"));
            User user = await(oauth.authenticate(new TokenCredentials(token)));
            // What introspection gave says no token; a session keeps that beside it.
            await(oauth.revoke(User.fromToken(token)));
            return user;
        } finally {
            await(vertx.close());
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private OpaqueTokenIntrospector spring(String secret) {
        return SpringOpaqueTokenIntrospector.withIntrospectionUri(issuer + "/oauth2/introspect")
                .clientId(operator)
                .clientSecret(secret)
                .build();
    }

    private ClientAuthentication basic() {
        return new ClientSecretBasic(new ClientID(operator), new Secret(key));
    }

    private ClientAuthentication post() {
        return new ClientSecretPost(new ClientID(operator), new Secret(key));
    }
}
