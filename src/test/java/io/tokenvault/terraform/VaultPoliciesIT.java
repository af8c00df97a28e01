package io.tokenvault.terraform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.SignedIdentities;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The policies of the Terraform module for Vault, in a real OpenBao: the packaged service does all its work with the
 * identities that they describe, and no identity reaches what is not its own.
 */
class VaultPoliciesIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Path POLICIES = Path.of("terraform/modules/vault/policies");
    private static final List<String> SCOPES = List.of("production", "sandbox", "system");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int FORBIDDEN = 403;
    private static final String SERVICE_ACCOUNT = "system:serviceaccount:token-vault:token-vault";
    private static final SignedIdentities IDENTITIES = new SignedIdentities();

    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static ServiceProcess service;
    private static Deployment deployment;

    @BeforeAll
    static void start() throws IOException {
        server = OpenBao.start(folder);
        server.call("POST", "secret/config", "{\"cas_required\":true,\"max_versions\":1}");
        server.call("POST", "sys/auth/approle", "{\"type\":\"approle\"}");
        server.call("POST", "sys/auth/jwt", "{\"type\":\"jwt\"}");
        server.call(
                "POST", "auth/jwt/config", "{\"jwt_validation_pubkeys\":[\"" + IDENTITIES.publicKeyInJson() + "\"]}");
        ServiceProcess.Description described = ServiceProcess.in(folder).settings("""
                token-vault.bootstrap.key=%s
                token-vault.environments.production.mark=prod
                token-vault.environments.production.backend=production
                token-vault.environments.sandbox.mark=sbx
                token-vault.environments.sandbox.backend=sandbox
                token-vault.system.backend=system""".formatted(BOOTSTRAP_KEY));
        for (String scope : SCOPES) {
            allow(scope, rendered(scope.equals("system") ? "system" : "environment", scope));
            allow(scope + "-consumer", rendered("consumer", scope));
            described.settings(scope.equals("production") ? signedIdentity(scope) : identity(scope, scope));
        }
        service = described.start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
    }

    @AfterAll
    static void stop() {
        service.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox"})
    void theServiceIssuesRotatesAndRevokes(String environment) {
        HttpAnswer issued = deployment.connect(environment, "");
        String connection = issued.text("/connection/connection_id");

        HttpAnswer rotated = deployment
                .admin()
                .post("/v1/connections/" + connection + "/rotate", "{\"overlap\":\"PT1H\"}")
                .expect(200);
        JsonNode published = server.secret(tokenOf(environment, connection)).orElseThrow();
        deployment
                .admin()
                .post("/v1/tokens/" + rotated.text("/token/token_id") + "/revoke", "{}")
                .expect(200);

        assertThat(published.path("token").textValue()).isEqualTo(rotated.text("/token/token"));
        assertThat(issued.json().at("/connection/secret/published_at").isNull()).isFalse();
        assertThat(Waiting.until(
                        SOON,
                        () -> server.secret(tokenOf(environment, connection))
                                .orElseThrow()
                                .path("token")
                                .isNull()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox"})
    void theServiceLabelsWhatItWrites(String environment) {
        String connection = deployment.connect(environment, "").text("/connection/connection_id");

        JsonNode label = server.call("GET", "secret/metadata/" + tokenOf(environment, connection), "")
                .at("/data/custom_metadata");

        assertThat(label.path("environment").textValue()).isEqualTo(environment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox"})
    void theServiceDeletesWhatIsDisconnected(String environment) {
        String connection = deployment.connect(environment, "").text("/connection/connection_id");

        deployment.admin().delete("/v1/connections/" + connection).expect(200);

        assertThat(Waiting.until(
                        SOON,
                        () -> server.status(
                                        OpenBao.ROOT_TOKEN,
                                        "GET",
                                        "secret/metadata/" + tokenOf(environment, connection),
                                        "")
                                == 404))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox", "system"})
    void theServiceRotatesAKeyring(String scope) {
        HttpCaller admin = deployment.admin();
        JsonNode before = server.secret("token-vault/" + scope + "/keyring").orElseThrow();

        Jobs.succeeded(admin, admin.post("/v1/environments/" + scope + "/keyring/rotate", "{}"));

        JsonNode after = server.secret("token-vault/" + scope + "/keyring").orElseThrow();
        assertThat(after.path("generation").asLong())
                .isGreaterThan(before.path("generation").asLong());
    }

    @Test
    void theServiceWritesTheMarkOfTheChangeLogAndReadsItAgain() {
        service.restart();

        assertThat(server.secret("token-vault/system/mark")).isPresent();
        assertThat(service.log()).doesNotContain("DENIED", "Denied");
    }

    static Stream<Arguments> foreign() {
        return SCOPES.stream()
                .flatMap(one ->
                        SCOPES.stream().filter(other -> !other.equals(one)).map(other -> Arguments.of(one, other)));
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void anIdentityReachesNothingOfAnother(String one, String other) {
        String token = login(one);

        for (String name : List.of("keyring", "mark", "c0123456789abcdefghijklm/token")) {
            String path = "token-vault/" + other + "/" + name;
            assertThat(everyUse(token, path)).as(path).containsOnly(FORBIDDEN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox", "system"})
    void anIdentityNeitherDeletesItsKeyringNorListsNorGrants(String scope) {
        String token = login(scope);
        String own = "token-vault/" + scope;

        assertThat(Stream.of(
                        server.status(token, "DELETE", "secret/data/" + own + "/keyring", ""),
                        server.status(token, "DELETE", "secret/metadata/" + own + "/keyring", ""),
                        server.status(token, "PUT", "secret/destroy/" + own + "/keyring", "{\"versions\":[1]}"),
                        server.status(token, "LIST", "secret/metadata/" + own, ""),
                        server.status(token, "LIST", "secret/metadata/token-vault", ""),
                        server.status(token, "POST", "secret/config", "{\"cas_required\":false}"),
                        server.status(token, "GET", "sys/policies/acl/" + scope, ""),
                        server.status(token, "POST", "auth/token/create", "{}")))
                .containsOnly(FORBIDDEN);
        assertThat(server.secret(own + "/keyring")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox"})
    void aConsumerReadsTokensOfItsEnvironmentAndNothingElse(String environment) {
        String connection = deployment.connect(environment, "").text("/connection/connection_id");
        String neighbour = environment.equals("production") ? "sandbox" : "production";
        String foreign = deployment.connect(neighbour, "").text("/connection/connection_id");
        String token = login(environment + "-consumer");

        assertThat(server.status(token, "GET", "secret/data/" + tokenOf(environment, connection), ""))
                .isEqualTo(200);
        assertThat(server.status(token, "PUT", "secret/data/" + tokenOf(environment, connection), "{\"data\":{}}"))
                .isEqualTo(FORBIDDEN);
        assertThat(server.status(token, "DELETE", "secret/metadata/" + tokenOf(environment, connection), ""))
                .isEqualTo(FORBIDDEN);
        assertThat(everyUse(token, tokenOf(neighbour, foreign))).containsOnly(FORBIDDEN);
        assertThat(everyUse(token, "token-vault/" + environment + "/keyring")).containsOnly(FORBIDDEN);
        assertThat(everyUse(token, "token-vault/system/keyring")).containsOnly(FORBIDDEN);
    }

    @Test
    void aSignedIdentityIsGoodForTheRoleThatItNamesAndForNoOther() {
        Instant now = Instant.now();

        assertThat(loginWith("production", IDENTITIES.identity(SERVICE_ACCOUNT, "production", now)))
                .isEqualTo(200);
        assertThat(loginWith("production", IDENTITIES.identity(SERVICE_ACCOUNT, "sandbox", now)))
                .isEqualTo(400);
        assertThat(loginWith("production", IDENTITIES.identity(SERVICE_ACCOUNT + "2", "production", now)))
                .isEqualTo(400);
    }

    @Test
    void theServiceDoesNotStartWithTheIdentityOfAnotherEnvironment() throws IOException {
        try (ServiceProcess mistaken = ServiceProcess.in(Files.createDirectories(folder.resolve("mistaken")))
                .settings("""
                        token-vault.bootstrap.key=%s
                        token-vault.environments.production.mark=prod
                        token-vault.environments.production.backend=production
                        token-vault.system.backend=system""".formatted(BOOTSTRAP_KEY))
                .settings(identity("production", "sandbox"))
                .settings(identity("system", "system"))
                .build()) {
            mistaken.launch();

            assertThat(mistaken.awaitExit(SOON).orElseThrow(() -> new AssertionError(mistaken.log())))
                    .isNotZero();
            assertThat(mistaken.log()).contains("production").contains("keyring");
        }
    }

    /** The policy as the module renders it: the templates have no more in them than these two names. */
    private static String rendered(String template, String scope) throws IOException {
        return Files.readString(POLICIES.resolve(template + ".hcl.tftpl"))
                .replace("${mount}", "secret")
                .replace("${environment}", scope);
    }

    /** An AppRole and a role for signed identities like the module's, with that policy. */
    private static void allow(String name, String policy) {
        server.call(
                "PUT",
                "sys/policies/acl/" + name,
                JsonNodeFactory.instance.objectNode().put("policy", policy).toString());
        server.call("POST", "auth/approle/role/" + name, """
                {"token_policies":"%s","token_no_default_policy":true,"token_ttl":1200,"token_max_ttl":1200}""".formatted(name));
        server.call("POST", "auth/jwt/role/" + name, """
                {"role_type":"jwt","user_claim":"sub","bound_audiences":["%1$s"],"bound_subject":"%2$s",
                "token_policies":"%1$s","token_no_default_policy":true,"token_ttl":1200,"token_max_ttl":1200}""".formatted(name, SERVICE_ACCOUNT));
    }

    private static int loginWith(String role, String identity) {
        return server.status(
                "", "POST", "auth/jwt/login", "{\"role\":\"%s\",\"jwt\":\"%s\"}".formatted(role, identity));
    }

    private static String signedIdentity(String scope) throws IOException {
        return """
                token-vault.backends.%1$s.type=vault
                token-vault.backends.%1$s.url=%2$s
                token-vault.backends.%1$s.auth.method=jwt
                token-vault.backends.%1$s.auth.role=%1$s
                token-vault.backends.%1$s.auth.jwt-file=%3$s""".formatted(
                        scope,
                        server.url(),
                        Files.writeString(
                                folder.resolve("identity-" + scope),
                                IDENTITIES.identity(SERVICE_ACCOUNT, scope, Instant.now())));
    }

    private static String identity(String backend, String role) throws IOException {
        return """
                token-vault.backends.%1$s.type=vault
                token-vault.backends.%1$s.url=%2$s
                token-vault.backends.%1$s.auth.method=approle
                token-vault.backends.%1$s.auth.role-id=%3$s
                token-vault.backends.%1$s.auth.secret-id-file=%4$s""".formatted(
                        backend,
                        server.url(),
                        roleId(role),
                        Files.writeString(folder.resolve("secret-id-" + backend + "-" + role), secretId(role)));
    }

    private static String roleId(String role) {
        return server.call("GET", "auth/approle/role/" + role + "/role-id", "")
                .at("/data/role_id")
                .textValue();
    }

    private static String secretId(String role) {
        return server.call("POST", "auth/approle/role/" + role + "/secret-id", "{}")
                .at("/data/secret_id")
                .textValue();
    }

    private static String login(String role) {
        return server.call(
                        "POST",
                        "auth/approle/login",
                        "{\"role_id\":\"%s\",\"secret_id\":\"%s\"}".formatted(roleId(role), secretId(role)))
                .at("/auth/client_token")
                .textValue();
    }

    private static String tokenOf(String environment, String connection) {
        return "token-vault/" + environment + "/" + connection + "/token";
    }

    /** The status of reading, writing, labelling and deleting that. */
    private static List<Integer> everyUse(String token, String path) {
        return List.of(
                server.status(token, "GET", "secret/data/" + path, ""),
                server.status(token, "PUT", "secret/data/" + path, "{\"options\":{\"cas\":0},\"data\":{\"a\":\"b\"}}"),
                server.status(token, "DELETE", "secret/data/" + path, ""),
                server.status(token, "GET", "secret/metadata/" + path, ""),
                server.status(token, "PUT", "secret/metadata/" + path, "{\"custom_metadata\":{\"a\":\"b\"}}"),
                server.status(token, "DELETE", "secret/metadata/" + path, ""),
                server.status(token, "PUT", "secret/undelete/" + path, "{\"versions\":[1]}"),
                server.status(token, "PUT", "secret/destroy/" + path, "{\"versions\":[1]}"));
    }
}
