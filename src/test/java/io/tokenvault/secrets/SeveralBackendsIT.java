package io.tokenvault.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.DocumentedIdentity;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One service with a backend for each environment, in the profile prod: production and the service's own keys in one
 * OpenBao under identities of their own, sandbox in a namespace of another, development in local files.
 */
class SeveralBackendsIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String IN_SANDBOX = "sandbox/";
    private static final int CALLERS = 20;

    @TempDir
    static Path folder;

    private static OpenBao first;
    private static OpenBao second;
    private static ServiceProcess service;
    private static Deployment deployment;
    private static final Map<String, HttpAnswer> CONNECTIONS = new HashMap<>();

    @BeforeAll
    static void start() throws IOException {
        first = OpenBao.startWithTls(Files.createDirectory(folder.resolve("first")));
        second = OpenBao.startWithTls(Files.createDirectory(folder.resolve("second")));
        second.call("POST", "sys/namespaces/sandbox", "{}");
        second.call("POST", IN_SANDBOX + "sys/mounts/secret", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        service = ServiceProcess.in(folder)
                .profile("prod")
                .settings("""
                        token-vault.bootstrap.key=%s
                        token-vault.authz.allowed-sources=127.0.0.0/8
                        token-vault.unsafe.local-backend=true
                        token-vault.environments.production.mark=prod
                        token-vault.environments.production.backend=strict
                        token-vault.environments.sandbox.mark=sbx
                        token-vault.environments.sandbox.backend=partners
                        token-vault.environments.development.mark=dev
                        token-vault.environments.development.backend=files
                        token-vault.system.backend=own
                        token-vault.backends.files.type=local
                        token-vault.backends.files.directory=%s""".formatted(BOOTSTRAP_KEY, folder.resolve("files")))
                .settings(backend("strict", first, "", "production"))
                .settings(backend("own", first, "", "system"))
                .settings(backend("partners", second, IN_SANDBOX, "sandbox"))
                .settings("token-vault.backends.partners.namespace=sandbox")
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
        for (String environment : List.of("production", "sandbox", "development")) {
            CONNECTIONS.put(environment, deployment.connect(environment, ""));
        }
    }

    @AfterAll
    static void stop() {
        Stream.of(service, first, second).filter(Objects::nonNull).forEach(each -> {
            try {
                each.close();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    private static String backend(String name, OpenBao server, String namespace, String environment)
            throws IOException {
        DocumentedIdentity identity = DocumentedIdentity.make(server, namespace, environment, folder);
        return """
                token-vault.backends.%1$s.type=vault
                token-vault.backends.%1$s.url=%2$s
                token-vault.backends.%1$s.tls.ca-file=%3$s
                token-vault.backends.%1$s.auth.method=approle
                token-vault.backends.%1$s.auth.role-id=%4$s
                token-vault.backends.%1$s.auth.secret-id-file=%5$s""".formatted(
                        name, server.url(), server.caFile().orElseThrow(), identity.roleId(), identity.secretIdFile());
    }

    private static HttpAnswer in(String environment) {
        return Objects.requireNonNull(CONNECTIONS.get(environment));
    }

    private static String nameIn(String environment) {
        return "token-vault/" + environment + "/" + in(environment).text("/connection/connection_id") + "/token";
    }

    private static String tokenIn(String environment) {
        return in(environment).text("/token/token");
    }

    private static String read(OpenBao server, String namespace, String name) {
        String path = namespace + "secret/data/" + name;
        return server.status(OpenBao.ROOT_TOKEN, "GET", path, "") == 404
                ? "nothing"
                : server.call("GET", path, "").at("/data/data/token").asText();
    }

    private static List<String> listed(OpenBao server, String namespace) {
        List<String> keys = new ArrayList<>();
        server.call("LIST", namespace + "secret/metadata/token-vault", "")
                .at("/data/keys")
                .forEach(key -> keys.add(key.asText()));
        return keys;
    }

    private static boolean isPublished(HttpAnswer connection) {
        return !connection.json().at("/connection/secret/published_at").isNull();
    }

    private static boolean isPublishedSoon(HttpAnswer connection) {
        String path = "/v1/connections/" + connection.text("/connection/connection_id");
        return Waiting.until(SOON, () -> {
            JsonNode publishedAt =
                    deployment.admin().get(path).expect(200).json().at("/data/secret/published_at");
            return !publishedAt.isNull();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "sandbox", "development"})
    void aTokenIsPublishedWhereverItBelongs(String environment) {
        assertThat(isPublished(in(environment))).isTrue();
        assertThat(deployment.verdict(tokenIn(environment), environment)).isEqualTo("current");
    }

    @Test
    void aTokenOfProductionIsInItsOwnBackendAlone() {
        assertThat(read(first, "", nameIn("production"))).isEqualTo(tokenIn("production"));
        assertThat(read(second, "", nameIn("production"))).isEqualTo("nothing");
        assertThat(read(second, IN_SANDBOX, nameIn("production"))).isEqualTo("nothing");
    }

    @Test
    void aTokenOfSandboxIsInItsOwnNamespaceAlone() {
        assertThat(read(second, IN_SANDBOX, nameIn("sandbox"))).isEqualTo(tokenIn("sandbox"));
        assertThat(read(second, "", nameIn("sandbox"))).isEqualTo("nothing");
        assertThat(read(first, "", nameIn("sandbox"))).isEqualTo("nothing");
    }

    @Test
    void aTokenOfDevelopmentIsInItsFilesAlone() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("files"))) {
            List<String> secrets = files.filter(Files::isRegularFile)
                    .map(file -> folder.resolve("files").relativize(file).toString())
                    .filter(file -> file.contains("/token"))
                    .toList();
            assertThat(secrets).isNotEmpty().allMatch(file -> file.startsWith("token-vault/development/"));
            assertThat(secrets).anyMatch(file -> file.startsWith(nameIn("development")));
        }
        assertThat(read(first, "", nameIn("development"))).isEqualTo("nothing");
    }

    @Test
    void eachBackendHoldsTheNamesOfItsEnvironmentsAndNoOthers() {
        assertThat(listed(first, "")).containsExactlyInAnyOrder("production/", "system/");
        assertThat(listed(second, IN_SANDBOX)).containsExactly("sandbox/");
        assertThat(second.status(OpenBao.ROOT_TOKEN, "LIST", "secret/metadata/token-vault", ""))
                .isEqualTo(404);
    }

    @Test
    void aBackendThatHangsLeavesTheOthersAlone() throws Exception {
        List<HttpAnswer> stuck = new ArrayList<>();
        HttpAnswer production;
        HttpAnswer development;
        second.hang();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpAnswer>> many = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                many.add(callers.submit(() -> deployment.connect("sandbox", "")));
            }
            production = deployment.connect("production", "");
            development = deployment.connect("development", "");
            for (Future<HttpAnswer> each : many) {
                stuck.add(each.get());
            }
        } finally {
            second.goOn();
        }

        assertThat(isPublished(production)).isTrue();
        assertThat(isPublished(development)).isTrue();
        assertThat(stuck).noneMatch(SeveralBackendsIT::isPublished).allMatch(SeveralBackendsIT::isPublishedSoon);
    }

    @Test
    void aBackendThatComesBackIsCaughtUpWithWhileAnotherHangs() throws Exception {
        HttpAnswer production;
        second.hang();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.submit(() -> deployment.connect("sandbox", ""));
            }
            first.hang();
            production = deployment.connect("production", "");
        } finally {
            first.goOn();
        }
        try {
            assertThat(isPublished(production)).isFalse();
            assertThat(isPublishedSoon(production)).isTrue();
        } finally {
            second.goOn();
        }
    }
}
