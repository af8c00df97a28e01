package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendContract;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.token.ConnectionId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenBaoContractTest extends SecretsBackendContract {
    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static SecretsBackend backend;
    private static SecretsBackend replica;

    private final SecretName name = new SecretName.ConnectionToken(PRODUCTION, ConnectionId.random(new SecureRandom()));

    @BeforeAll
    static void start() {
        server = OpenBao.start(folder);
        backend = connected(Map.of("auth.token", OpenBao.ROOT_TOKEN));
        replica = connected(Map.of("auth.token", OpenBao.ROOT_TOKEN));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SecretsBackend connected(Map<String, String> lines) {
        Map<String, String> settings = new HashMap<>(lines);
        settings.put("type", "vault");
        settings.putIfAbsent("url", server.url().toString());
        return VaultSecretsBackend.connect(
                "main", Settings.backend(settings), Settings.unsafe("static-backend-token", "plain-http"));
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
    void consumersReadTheFields() {
        SecretValue value =
                SecretValue.of(json().put("token", "tv_x").putNull("expires_at").put("generation", 1));

        backend.put(name, value, 1);

        JsonNode fields = server.call("GET", "secret/data/" + name.path(), "").at("/data/data");
        assertThat(fields.path("token").textValue()).isEqualTo("tv_x");
        assertThat(fields.path("generation").intValue()).isEqualTo(1);
        assertThat(fields.get("expires_at").isNull()).isTrue();
    }

    @Test
    void whatSomebodyElsePutThereIsReplaced() {
        server.call("POST", "secret/data/" + name.path(), "{\"data\":{\"token\":\"by hand\"}}");
        SecretValue value = SecretValue.of(json().put("token", "ours").put("generation", 1));

        Publication outcome = backend.put(name, value, 1);

        assertThat(outcome).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value, 1));
    }

    @Test
    void aSoftDeletedSecretIsAbsentAndCanBeWritten() {
        SecretValue value = SecretValue.of(json().put("token", "a").put("generation", 2));
        backend.put(name, value, 2);
        server.call("DELETE", "secret/data/" + name.path(), "");

        assertThat(backend.get(name)).isEmpty();
        assertThat(backend.put(name, value, 2)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value, 2));
    }

    @Test
    void deletingLeavesNoVersionBehind() {
        backend.put(name, SecretValue.of(json().put("token", "a")), 1);

        backend.delete(name);

        assertThat(server.status(OpenBao.ROOT_TOKEN, "GET", "secret/metadata/" + name.path(), ""))
                .isEqualTo(404);
    }

    @Test
    void aMountThatDemandsCheckAndSet() {
        server.call("POST", "sys/mounts/strict", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        server.call("POST", "strict/config", "{\"cas_required\":true}");
        SecretsBackend strict = connected(Map.of("mount", "strict", "auth.token", OpenBao.ROOT_TOKEN));

        assertThat(strict.put(name, SecretValue.of(json().put("token", "a")), 1))
                .isEqualTo(Publication.CURRENT);
        assertThat(strict.put(name, SecretValue.of(json().put("token", "b")), 2))
                .isEqualTo(Publication.CURRENT);
    }

    @Test
    void aWrongTokenIsDenied() {
        SecretsBackend stranger = connected(Map.of("auth.token", "not-a-token-anybody-knows"));

        assertThatThrownBy(() -> stranger.get(name))
                .isInstanceOf(Denied.class)
                .hasMessageContaining(name.path())
                .hasMessageNotContaining("not-a-token-anybody-knows");
        assertThatThrownBy(stranger::check).isInstanceOf(Denied.class);
    }

    @Test
    void anUnknownNamespaceIsDeniedAndNotAbsence() {
        SecretsBackend lost = connected(Map.of("namespace", "nowhere", "auth.token", OpenBao.ROOT_TOKEN));

        assertThatThrownBy(() -> lost.get(name)).isInstanceOf(Denied.class);
    }

    @Test
    void anUnknownMountIsNotAbsence() {
        SecretsBackend lost = connected(Map.of("mount", "nowhere", "auth.token", OpenBao.ROOT_TOKEN));

        assertThatThrownBy(() -> lost.get(name)).isInstanceOf(SecretsBackendException.class);
    }

    @Test
    void aTokenFileIsReadAgainAfterARefusal() throws IOException {
        Path file = Files.writeString(folder.resolve("token-file"), "outdated-token\n");
        SecretsBackend byFile = connected(Map.of("auth.token-file", file.toString()));
        assertThatThrownBy(byFile::check).isInstanceOf(Denied.class);

        Files.writeString(file, OpenBao.ROOT_TOKEN + "\n");

        byFile.check();
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        SecretsBackend gone = connected(Map.of("url", "http://127.0.0.1:" + port, "auth.token", "t"));

        assertThatThrownBy(() -> gone.get(name)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> gone.put(name, SecretValue.of(json()), 1)).isInstanceOf(Unavailable.class);
    }
}
