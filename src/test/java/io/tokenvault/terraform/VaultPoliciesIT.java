package io.tokenvault.terraform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
    private static final List<String> SCOPES = List.of("production", "sandbox", "system");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int FORBIDDEN = 403;

    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static VaultIdentities identities;
    private static ServiceProcess service;
    private static Deployment deployment;

    @BeforeAll
    static void start() throws IOException {
        server = OpenBao.start(folder);
        server.call("POST", "secret/config", "{\"cas_required\":true,\"max_versions\":1}");
        identities = VaultIdentities.in(server, folder);
        ServiceProcess.Description described = ServiceProcess.in(folder).settings("""
                token-vault.bootstrap.key=%s
                token-vault.environments.production.mark=prod
                token-vault.environments.production.backend=production
                token-vault.environments.sandbox.mark=sbx
                token-vault.environments.sandbox.backend=sandbox
                token-vault.system.backend=system""".formatted(BOOTSTRAP_KEY));
        for (String scope : SCOPES) {
            identities.allow(scope, identities.rendered(scope.equals("system") ? "system" : "environment", scope));
            identities.allow(scope + "-consumer", identities.rendered("consumer", scope));
            described.settings(
                    scope.equals("production") ? identities.signedIdentity(scope) : identities.identity(scope, scope));
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
        String token = identities.login(one);

        for (String name : List.of("keyring", "mark", "c0123456789abcdefghijklm/token")) {
            String path = "token-vault/" + other + "/" + name;
            assertThat(everyUse(token, path)).as(path).containsOnly(FORBIDDEN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox", "system"})
    void anIdentityNeitherDeletesItsKeyringNorListsNorGrants(String scope) {
        String token = identities.login(scope);
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
        String token = identities.login(environment + "-consumer");

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
        assertThat(identities.loginWith("production", identities.signed(VaultIdentities.SERVICE_ACCOUNT, "production")))
                .isEqualTo(200);
        assertThat(identities.loginWith("production", identities.signed(VaultIdentities.SERVICE_ACCOUNT, "sandbox")))
                .isEqualTo(400);
        assertThat(identities.loginWith(
                        "production", identities.signed(VaultIdentities.SERVICE_ACCOUNT + "2", "production")))
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
                .settings(identities.identity("production", "sandbox"))
                .settings(identities.identity("system", "system"))
                .build()) {
            mistaken.launch();

            assertThat(mistaken.awaitExit(SOON).orElseThrow(() -> new AssertionError(mistaken.log())))
                    .isNotZero();
            assertThat(mistaken.log()).contains("production").contains("keyring");
        }
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
