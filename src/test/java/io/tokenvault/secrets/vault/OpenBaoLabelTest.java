package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a secret is, in its custom metadata; on mounts that keep one version and demand check-and-set, too. */
class OpenBaoLabelTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");

    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static SecretsBackend backend;

    private final ConnectionId connection = ConnectionId.random(new SecureRandom());
    private final SecretName name = new SecretName.ConnectionToken(PRODUCTION, connection);

    @BeforeAll
    static void start() {
        server = OpenBao.start(folder);
        backend = on("secret", OpenBao.ROOT_TOKEN);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SecretsBackend on(String mount, String token) {
        return VaultSecretsBackend.connect(
                "main",
                Settings.backend(
                        Map.of("type", "vault", "url", server.url().toString(), "mount", mount, "auth.token", token)),
                Settings.unsafe("static-backend-token", "plain-http"));
    }

    private static SecretValue value(String token) {
        return SecretValue.of(JsonNodeFactory.instance.objectNode().put("token", token));
    }

    private JsonNode metadata() {
        return server.call("GET", "secret/metadata/" + name.path(), "").path("data");
    }

    private void note(String customMetadata) {
        server.call("POST", "secret/metadata/" + name.path(), "{\"custom_metadata\":" + customMetadata + "}");
    }

    @Test
    void theLabelOfATokenHoldsIdsAndNothingElse() {
        backend.put(name, value("a"), 1);

        JsonNode label = metadata().path("custom_metadata");
        assertThat(label.path("application").textValue()).isEqualTo("token-vault");
        assertThat(label.path("environment").textValue()).isEqualTo("production");
        assertThat(label.path("connection").textValue()).isEqualTo(connection.value());
        assertThat(label).hasSize(3);
    }

    @Test
    void theLabelOfAKeyringNamesItsEnvironment() {
        EnvironmentName fresh = new EnvironmentName("k" + connection.value().substring(1, 12));

        backend.put(new SecretName.Keyring(fresh), value("keys"), 1);

        JsonNode label = server.call("GET", "secret/metadata/token-vault/" + fresh + "/keyring", "")
                .at("/data/custom_metadata");
        assertThat(label.path("environment").textValue()).isEqualTo(fresh.value());
        assertThat(label).hasSize(2);
    }

    @Test
    void aSecretWithoutALabelGetsOurs() {
        server.call("POST", "secret/data/" + name.path(), "{\"data\":{\"token\":\"by hand\"}}");

        assertThat(backend.put(name, value("ours"), 1)).isEqualTo(Publication.CURRENT);

        assertThat(metadata().at("/custom_metadata/application").textValue()).isEqualTo("token-vault");
    }

    @Test
    void whatOperatorsNoteStays() {
        note("{\"team\":\"purchasing\"}");

        backend.put(name, value("a"), 1);

        assertThat(metadata().at("/custom_metadata/team").textValue()).isEqualTo("purchasing");
        assertThat(metadata().at("/custom_metadata/application").textValue()).isEqualTo("token-vault");
    }

    @Test
    void anothersSecretIsNotOverwritten() {
        server.call("POST", "secret/data/" + name.path(), "{\"data\":{\"token\":\"another's\"}}");
        note("{\"application\":\"billing\"}");

        assertThatThrownBy(() -> backend.put(name, value("ours"), 1))
                .isInstanceOf(Rejected.class)
                .hasMessageNotContaining("billing");

        assertThat(server.secret(name.path()).orElseThrow().path("token").textValue())
                .isEqualTo("another's");
    }

    @Test
    void anothersSecretIsNotDeleted() {
        server.call("POST", "secret/data/" + name.path(), "{\"data\":{\"token\":\"another's\"}}");
        note("{\"application\":\"token-vault\",\"environment\":\"sandbox\"}");

        assertThatThrownBy(() -> backend.delete(name)).isInstanceOf(Rejected.class);

        assertThat(server.secret(name.path())).isPresent();
    }

    @Test
    void aNameThatAnotherHasTakenWithoutAValueIsNotOurs() {
        note("{\"application\":\"billing\"}");

        assertThatThrownBy(() -> backend.put(name, value("ours"), 1)).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> backend.delete(name)).isInstanceOf(Rejected.class);
    }

    @Test
    void aLabelWithoutAValueIsNoValue() {
        backend.put(name, value("a"), 1);
        server.call("DELETE", "secret/metadata/" + name.path(), "");
        note("{\"application\":\"token-vault\",\"environment\":\"production\",\"connection\":\"" + connection + "\"}");

        assertThat(backend.get(name)).isEmpty();
        assertThat(backend.put(name, value("b"), 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void aMountThatKeepsOneVersionAndDemandsCheckAndSet() {
        server.call("POST", "sys/mounts/narrow", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        server.call("POST", "narrow/config", "{\"cas_required\":true,\"max_versions\":1}");
        SecretsBackend narrow = on("narrow", OpenBao.ROOT_TOKEN);

        for (long generation = 1; generation <= 4; generation++) {
            narrow.put(name, value("t" + generation), generation);
        }

        assertThat(narrow.get(name)).map(StoredSecret::generation).contains(4L);
        assertThat(server.call("GET", "narrow/metadata/" + name.path(), "").at("/data/versions"))
                .hasSize(1);
    }

    @Test
    void withoutTheRightToLabelItIsPublishedAllTheSame() {
        server.call(
                "PUT",
                "sys/policies/acl/no-labels",
                "{\"policy\":\"path \\\"secret/data/token-vault/production/*\\\" { capabilities = [\\\"create\\\",\\\"read\\\","
                        + "\\\"update\\\"] } path \\\"secret/metadata/token-vault/production/*\\\" { capabilities = [\\\"delete\\\"]"
                        + " }\"}");
        String token = server.call(
                        "POST", "auth/token/create", "{\"policies\":[\"no-labels\"],\"no_default_policy\":true}")
                .at("/auth/client_token")
                .textValue();
        SecretsBackend modest = on("secret", token);

        assertThat(modest.put(name, value("a"), 1)).isEqualTo(Publication.CURRENT);
        assertThat(modest.put(name, value("a"), 1)).isEqualTo(Publication.CURRENT);
        modest.delete(name);

        assertThat(modest.get(name)).isEmpty();
    }
}
