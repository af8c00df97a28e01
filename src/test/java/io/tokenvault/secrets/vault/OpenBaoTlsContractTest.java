package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendContract;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As in production: TLS with an authority of its own, a namespace, AppRole, and a policy for just our names. */
class OpenBaoTlsContractTest extends SecretsBackendContract {
    private static final SecretName FOREIGN = new SecretName.Keyring(new EnvironmentName("foreign"));
    private static final String POLICY = """
            path "secret/data/token-vault/*" { capabilities = ["create", "update", "read"] }
            path "secret/metadata/token-vault/*" { capabilities = ["delete"] }
            path "secret/data/token-vault/foreign/*" { capabilities = ["deny"] }
            """;

    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static Map<String, String> settings;
    private static SecretsBackend backend;
    private static SecretsBackend replica;

    @BeforeAll
    static void start() throws IOException {
        server = OpenBao.startWithTls(folder);
        inNamespace("sys/mounts/secret", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        inNamespace("sys/policies/acl/tv", "{\"policy\":" + quoted(POLICY) + "}");
        inNamespace("sys/auth/approle", "{\"type\":\"approle\"}");
        inNamespace("auth/approle/role/tv", "{\"token_policies\":\"tv\",\"token_ttl\":\"20m\"}");
        Path secretIdFile = Files.writeString(folder.resolve("secret-id"), newSecretId());
        String roleId = server.call("GET", "production/auth/approle/role/tv/role-id", "")
                .at("/data/role_id")
                .textValue();
        settings = Map.of(
                "type",
                "vault",
                "url",
                server.url().toString(),
                "namespace",
                "production",
                "auth.method",
                "approle",
                "auth.role-id",
                roleId,
                "auth.secret-id-file",
                secretIdFile.toString(),
                "tls.ca-file",
                server.caFile().orElseThrow().toString());
        backend = connected(Map.of());
        replica = connected(Map.of());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void inNamespace(String path, String body) {
        if (server.status(OpenBao.ROOT_TOKEN, "GET", "sys/namespaces/production", "") == 404) {
            server.call("POST", "sys/namespaces/production", "{}");
        }
        server.call("POST", "production/" + path, body);
    }

    private static String quoted(String text) {
        return json().textNode(text).toString();
    }

    private static String newSecretId() {
        return server.call("POST", "production/auth/approle/role/tv/secret-id", "{}")
                .at("/data/secret_id")
                .textValue();
    }

    private static SecretsBackend connected(Map<String, String> changes) {
        Map<String, String> changed = new HashMap<>(settings);
        changed.putAll(changes);
        return VaultSecretsBackend.connect("main", Settings.backend(changed), Settings.unsafe());
    }

    @Override
    protected SecretsBackend backend() {
        return backend;
    }

    @Override
    protected SecretsBackend replica() {
        return replica;
    }

    @Test
    void whatThePolicyForbidsIsDenied() {
        assertThatThrownBy(() -> backend.get(FOREIGN)).isInstanceOf(Denied.class);
        assertThatThrownBy(() -> backend.put(FOREIGN, SecretValue.of(json()), 1))
                .isInstanceOf(Denied.class);
    }

    @Test
    void aWrongSecretIdIsDenied() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "11111111-2222-3333-4444-555555555555");
        SecretsBackend stranger = connected(Map.of("auth.secret-id-file", wrong.toString()));

        assertThatThrownBy(stranger::check)
                .isInstanceOf(Denied.class)
                .hasMessageContaining("login")
                .hasMessageNotContaining("11111111-2222");
    }

    @Test
    void aMissingSecretIdFileIsDenied() {
        SecretsBackend lost = connected(Map.of("auth.secret-id-file", "/nowhere/secret-id"));

        assertThatThrownBy(lost::check).isInstanceOf(Denied.class).hasMessageContaining("/nowhere/secret-id");
    }

    @Test
    void aRevokedTokenIsReplacedByANewLogin() {
        backend.check();
        server.call("LIST", "production/auth/token/accessors", "")
                .at("/data/keys")
                .forEach(accessor -> server.call(
                        "POST", "production/auth/token/revoke-accessor", "{\"accessor\":" + accessor + "}"));

        assertThatCode(backend::check).doesNotThrowAnyException();
    }

    @Test
    void anotherAuthorityIsNotTrusted() {
        SecretsBackend careful = VaultSecretsBackend.connect("main", withoutCaFile(), Settings.unsafe());

        assertThatThrownBy(careful::check).isInstanceOf(Unavailable.class).hasMessageContaining("SSLHandshake");
    }

    @Test
    void anyAuthorityIsTrustedWhenThatIsSaidAloud() {
        SecretsBackend careless =
                VaultSecretsBackend.connect("main", withoutCaFile(), Settings.unsafe("skip-tls-verify"));

        careless.check();

        assertThat(careless.get(new SecretName.Keyring(new EnvironmentName("nothing"))))
                .isEmpty();
    }

    private static BackendsConfig.One withoutCaFile() {
        Map<String, String> lines = new HashMap<>(settings);
        lines.remove("tls.ca-file");
        return Settings.backend(lines);
    }
}
