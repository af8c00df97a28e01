package io.tokenvault.secrets.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.LossyProxy;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.SignedIdentities;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way to log in to a real OpenBao. The Kubernetes method asks a stand-in for the API server's TokenReview; what it
 * asks and what we send are real.
 */
class OpenBaoLoginsTest {
    private static final SecretName NAME = new SecretName.Keyring(new EnvironmentName("production"));
    private static final int CALLERS = 200;

    @TempDir
    private static Path folder;

    private static final SignedIdentities IDENTITIES = new SignedIdentities();
    private static OpenBao server;
    private static LossyProxy proxy;
    private static HttpServer apiServer;

    private Path credential;

    @BeforeAll
    static void start() throws IOException {
        server = OpenBao.start(folder);
        proxy = LossyProxy.to(server.url());
        server.call(
                "PUT",
                "sys/policies/acl/tv",
                "{\"policy\":\"path \\\"secret/data/token-vault/production/*\\\" { capabilities = [\\\"create\\\", \\\"read\\\","
                        + " \\\"update\\\"] }\"}");
        server.call("POST", "sys/auth/approle", "{\"type\":\"approle\"}");
        server.call("POST", "auth/approle/role/tv", "{\"token_policies\":\"tv\",\"token_ttl\":\"20m\"}");
        server.call("POST", "auth/approle/role/brief", "{\"token_policies\":\"tv\",\"token_ttl\":\"2s\"}");
        server.call("POST", "sys/auth/jwt", "{\"type\":\"jwt\"}");
        server.call(
                "POST",
                "auth/jwt/config",
                "{\"jwt_validation_pubkeys\":[\"" + IDENTITIES.publicKeyInJson()
                        + "\"],\"bound_issuer\":\"https://issuer.example\"}");
        server.call(
                "POST",
                "auth/jwt/role/tv",
                "{\"role_type\":\"jwt\",\"user_claim\":\"sub\",\"bound_audiences\":[\"openbao\"],"
                        + "\"bound_subject\":\"token-vault\",\"token_policies\":\"tv\"}");
        apiServer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        apiServer.createContext("/apis/authentication.k8s.io/v1/tokenreviews", OpenBaoLoginsTest::review);
        apiServer.start();
        server.call("POST", "sys/auth/kubernetes", "{\"type\":\"kubernetes\"}");
        server.call(
                "POST",
                "auth/kubernetes/config",
                "{\"kubernetes_host\":\"http://127.0.0.1:"
                        + apiServer.getAddress().getPort()
                        + "\",\"token_reviewer_jwt\":\"" + IDENTITIES.serviceAccount(Instant.now())
                        + "\",\"kubernetes_ca_cert\":\"" + SignedIdentities.anyAuthorityInJson()
                        + "\",\"disable_local_ca_jwt\":true}");
        server.call(
                "POST",
                "auth/kubernetes/role/tv",
                "{\"bound_service_account_names\":\"token-vault\",\"bound_service_account_namespaces\":\"token-vault\","
                        + "\"audience\":\"openbao\",\"token_policies\":\"tv\"}");
        server.call(
                "POST",
                "auth/kubernetes/role/other",
                "{\"bound_service_account_names\":\"somebody\",\"bound_service_account_namespaces\":\"token-vault\","
                        + "\"audience\":\"openbao\",\"token_policies\":\"tv\"}");
    }

    @AfterAll
    static void stop() {
        apiServer.stop(0);
        proxy.close();
        server.close();
    }

    /** What the API server of a cluster says of a token that it knows (Kubernetes API, authentication.k8s.io/v1). */
    private static void review(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] answer = """
                {"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","status":{"authenticated":true,
                "audiences":["openbao"],"user":{"username":"system:serviceaccount:token-vault:token-vault",
                "uid":"b3a1c8f0-0000-4000-8000-000000000001","groups":["system:serviceaccounts"]}}}""".getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(201, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @BeforeEach
    void makeCredential() throws IOException {
        credential = Files.createTempFile(folder, "credential", "");
    }

    private SecretsBackend connected(Map<String, String> auth) {
        Map<String, String> settings = new HashMap<>(auth);
        settings.put("type", "vault");
        settings.put("url", proxy.url().toString());
        return VaultSecretsBackend.connect("main", Settings.backend(settings), Settings.unsafe("plain-http"));
    }

    private SecretsBackend byJwt() {
        return connected(Map.of("auth.method", "jwt", "auth.role", "tv", "auth.jwt-file", credential.toString()));
    }

    private SecretsBackend byKubernetes(String role) {
        return connected(
                Map.of("auth.method", "kubernetes", "auth.role", role, "auth.jwt-file", credential.toString()));
    }

    private SecretsBackend byAppRole(String role) throws IOException {
        Files.writeString(credential, newSecretId(role));
        String roleId = server.call("GET", "auth/approle/role/" + role + "/role-id", "")
                .at("/data/role_id")
                .textValue();
        return connected(
                Map.of("auth.method", "approle", "auth.role-id", roleId, "auth.secret-id-file", credential.toString()));
    }

    private static String newSecretId(String role) {
        return server.call("POST", "auth/approle/role/" + role + "/secret-id", "{}")
                .at("/data/secret_id")
                .textValue();
    }

    private static String newToken() {
        return server.call("POST", "auth/token/create", "{\"policies\":[\"tv\"],\"no_parent\":true}")
                .at("/auth/client_token")
                .textValue();
    }

    private static void endAllTokensBut(String kept) {
        server.call("LIST", "auth/token/accessors", "").at("/data/keys").forEach(accessor -> {
            String body = "{\"accessor\":" + accessor + "}";
            if (!server.call("POST", "auth/token/lookup-accessor", body)
                    .at("/data/policies")
                    .toString()
                    .contains(kept)) {
                server.call("POST", "auth/token/revoke-accessor", body);
            }
        });
    }

    private static long logins() {
        return proxy.requests().stream()
                .filter(request -> request.path().endsWith("/login"))
                .count();
    }

    @Test
    void anIdentityThatAProviderSigned() throws IOException {
        Files.writeString(credential, IDENTITIES.identity("token-vault", "openbao", Instant.now()) + "\n");

        assertThat(byJwt().get(NAME)).isEmpty();
    }

    @Test
    void anIdentityForAnotherAudienceIsDenied() throws IOException {
        String wrong = IDENTITIES.identity("token-vault", "somebody", Instant.now());
        Files.writeString(credential, wrong);

        assertThatThrownBy(() -> byJwt().get(NAME))
                .isInstanceOf(Denied.class)
                .hasMessageContaining("login")
                .hasMessageNotContaining(wrong);
    }

    @Test
    void anIdentityThatEndedIsReplacedInItsFile() throws IOException {
        Files.writeString(
                credential,
                IDENTITIES.identity("token-vault", "openbao", Instant.now().minusSeconds(86_400)));
        SecretsBackend backend = byJwt();
        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Denied.class);

        Files.writeString(credential, IDENTITIES.identity("token-vault", "openbao", Instant.now()));

        assertThat(backend.get(NAME)).isEmpty();
    }

    @Test
    void theServiceAccountOfAPod() throws IOException {
        Files.writeString(credential, IDENTITIES.serviceAccount(Instant.now()));

        assertThat(byKubernetes("tv").get(NAME)).isEmpty();
    }

    @Test
    void aServiceAccountThatTheRoleDoesNotNameIsDenied() throws IOException {
        Files.writeString(credential, IDENTITIES.serviceAccount(Instant.now()));

        assertThatThrownBy(() -> byKubernetes("other").get(NAME)).isInstanceOf(Denied.class);
    }

    @Test
    void aSecretIdIsReplacedInItsFile() throws IOException {
        SecretsBackend backend = byAppRole("tv");
        backend.get(NAME);
        server.call(
                "POST",
                "auth/approle/role/tv/secret-id/destroy",
                "{\"secret_id\":\"" + Files.readString(credential) + "\"}");
        endAllTokensBut("root");
        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Denied.class);

        Files.writeString(credential, newSecretId("tv") + "\n");

        assertThat(backend.get(NAME)).isEmpty();
    }

    @Test
    void aTokenIsReplacedInItsFile() throws IOException {
        Files.writeString(credential, newToken());
        SecretsBackend backend = connected(Map.of("auth.method", "token", "auth.token-file", credential.toString()));
        backend.get(NAME);
        endAllTokensBut("root");

        Files.writeString(credential, newToken());

        assertThat(backend.get(NAME)).isEmpty();
    }

    @Test
    void twoHundredCallersAtTheEndOfATokenLogInAFewTimes() throws Exception {
        SecretsBackend backend = byAppRole("tv");
        backend.get(NAME);
        endAllTokensBut("root");
        long before = logins();

        CyclicBarrier start = new CyclicBarrier(CALLERS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.add(threads.submit(() -> {
                    start.await();
                    return backend.get(NAME).isEmpty();
                }));
            }
            for (Future<Boolean> caller : callers) {
                assertThat(caller.get()).isTrue();
            }
        }

        assertThat(logins() - before).isBetween(1L, 5L);
    }

    @Test
    void tokensThatLiveTwoSecondsAreReplacedInTime() throws IOException {
        SecretsBackend backend = byAppRole("brief");
        long before = logins();

        boolean threeLogins = Waiting.until(Duration.ofSeconds(30), () -> {
            assertThat(backend.get(NAME)).isEmpty();
            return logins() - before >= 3;
        });

        assertThat(threeLogins).isTrue();
    }
}
