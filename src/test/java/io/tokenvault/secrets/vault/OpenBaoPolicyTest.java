package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.DocumentedIdentity;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The policy that the how-to gives is enough for an environment, and opens nothing of another. */
class OpenBaoPolicyTest {
    private static final List<String> ENVIRONMENTS = List.of("production", "sandbox", "system");

    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static SecretsBackend root;
    private static final Map<String, SecretsBackend> BACKENDS = new LinkedHashMap<>();

    private final ConnectionId connection = ConnectionId.random(new SecureRandom());

    @BeforeAll
    static void start() throws IOException {
        server = OpenBao.start(folder);
        root = with(OpenBao.ROOT_TOKEN);
        for (String environment : ENVIRONMENTS) {
            server.call(
                    "PUT",
                    "sys/policies/acl/" + environment,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("policy", DocumentedIdentity.policy(environment))
                            .toString());
            String token = server.call(
                            "POST", "auth/token/create", "{\"policies\":[\"" + environment + "\"],\"no_parent\":true}")
                    .at("/auth/client_token")
                    .textValue();
            BACKENDS.put(environment, with(token));
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SecretsBackend with(String token) {
        return VaultSecretsBackend.connect(
                "main",
                Settings.backend(Map.of("type", "vault", "url", server.url().toString(), "auth.token", token)),
                Settings.unsafe("static-backend-token", "plain-http"));
    }

    private static SecretsBackend of(String environment) {
        return Objects.requireNonNull(BACKENDS.get(environment));
    }

    private static SecretValue value() {
        return SecretValue.of(JsonNodeFactory.instance.objectNode().put("token", "t"));
    }

    private List<SecretName> namesOf(String environment) {
        EnvironmentName of = environment.equals("system") ? EnvironmentName.SYSTEM : new EnvironmentName(environment);
        return List.of(new SecretName.ConnectionToken(of, connection), new SecretName.Keyring(of));
    }

    static Stream<String> environments() {
        return ENVIRONMENTS.stream();
    }

    static Stream<Arguments> pairs() {
        return ENVIRONMENTS.stream()
                .flatMap(one -> ENVIRONMENTS.stream()
                        .filter(other -> !other.equals(one))
                        .map(other -> Arguments.of(one, other)));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void itIsEnoughForTheEnvironment(String environment) {
        SecretsBackend backend = of(environment);
        for (SecretName name : namesOf(environment)) {
            assertThat(backend.put(name, value(), 1)).isEqualTo(Publication.CURRENT);
            assertThat(backend.put(name, value(), 2)).isEqualTo(Publication.CURRENT);
            assertThat(backend.get(name)).isPresent();
            assertThat(server.call("GET", "secret/metadata/" + name.path(), "")
                            .at("/data/custom_metadata/environment")
                            .textValue())
                    .isEqualTo(environment);
            backend.delete(name);
            assertThat(backend.get(name)).isEmpty();
        }
        backend.check();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void itOpensNothingOfAnother(String one, String other) {
        SecretsBackend backend = of(one);
        for (SecretName name : namesOf(other)) {
            root.put(name, value(), 1);

            assertThatThrownBy(() -> backend.get(name)).isInstanceOf(Denied.class);
            assertThatThrownBy(() -> backend.put(name, value(), 2)).isInstanceOf(Denied.class);
            assertThatThrownBy(() -> backend.delete(name)).isInstanceOf(Denied.class);
            assertThat(root.get(name)).isPresent();
        }
    }
}
