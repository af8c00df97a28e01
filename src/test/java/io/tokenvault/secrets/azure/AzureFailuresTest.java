package io.tokenvault.secrets.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.Configuration;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.KeyVault;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way the service can fail, in the words of the interface. */
class AzureFailuresTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final SecretName NAME =
            new SecretName.ConnectionToken(PRODUCTION, new ConnectionId("c00000000000000000000000"));
    private static final String AZURE_NAME = "token-vault-production-c00000000000000000000000-token";
    private static final SecretValue VALUE = value("tv_not-for-logs", 2);
    private static final String QUOTING = "<html>not-for-logs</html>";
    private static final String FORBIDDEN =
            "{\"error\":{\"code\":\"Forbidden\",\"message\":\"not-for-logs\",\"innererror\":{\"code\":\"ForbiddenByRbac\"}}}";
    private static final String READ = "GET secrets";
    private static final String WRITE = "PUT secrets";
    private static final String DELETE = "DELETE secrets";

    private final KeyVault vault = KeyVault.start();

    @TempDir
    private Path folder;

    private SecretsBackend backend;

    @BeforeEach
    void connect() throws IOException {
        backend = connected(Map.of());
        KeyVaultContractTest.warm(backend);
    }

    @AfterEach
    void stop() {
        vault.close();
    }

    private static SecretValue value(String token, long generation) {
        return SecretValue.of(
                JsonNodeFactory.instance.objectNode().put("token", token).put("generation", generation));
    }

    private SecretsBackend connected(Map<String, String> changes) throws IOException {
        Map<String, String> lines = new HashMap<>(KeyVaultContractTest.settings(vault, folder));
        lines.putAll(changes);
        return KeyVaultContractTest.connected(lines, Configuration.NONE);
    }

    @Test
    void whenToComeBackIsPassedOn() {
        String throttled = "{\"error\":{\"code\":\"Throttled\",\"message\":\"not-for-logs\"}}";
        vault.next(READ, 429, throttled, Map.of("Retry-After", "7"));

        assertThatThrownBy(() -> backend.get(NAME))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.retryAfter()).contains(Duration.ofSeconds(7)))
                .hasMessageContaining("status 429 Throttled");
    }

    @Test
    void aThrottledWriteIsSentOnce() {
        vault.next(WRITE, 429, "{}");

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
        assertThat(vault.requests())
                .filteredOn(request -> request.startsWith("PUT"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void aWriteThatMayHaveHappenedIsOfUnknownOutcome(int status) {
        vault.next(WRITE, status, QUOTING);
        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2))
                .isInstanceOf(OutcomeUnknown.class)
                .hasMessageContaining("status " + status)
                .hasMessageNotContaining("not-for-logs")
                .hasNoCause();

        vault.next(DELETE, status, QUOTING);
        assertThatThrownBy(() -> backend.delete(NAME)).isInstanceOf(OutcomeUnknown.class);

        vault.next(READ, status, QUOTING);
        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aWriteWhoseAnswerIsLostIsReadBack() {
        vault.next(WRITE, vault.loseTheAnswer());

        assertThat(backend.put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
        assertThat(vault.versions(AZURE_NAME)).isEqualTo(1);
    }

    @Test
    void aCutWriteIsOfUnknownOutcome() {
        vault.next(WRITE, vault.cut());

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
        assertThat(backend.put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void aWriteWithoutAnAnswerIsOfUnknownOutcome() {
        vault.next(WRITE, vault.hang());

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aDeletionWithoutAnAnswerIsOfUnknownOutcome() {
        backend.put(NAME, VALUE, 2);
        vault.next(DELETE, vault.hang());

        assertThatThrownBy(() -> backend.delete(NAME)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aDeletionWhoseAnswerIsLostCanBeRepeated() {
        backend.put(NAME, VALUE, 2);
        vault.next(DELETE, vault.loseTheAnswer());
        assertThatThrownBy(() -> backend.delete(NAME)).isInstanceOf(OutcomeUnknown.class);

        backend.delete(NAME);

        assertThat(backend.get(NAME)).isEmpty();
    }

    @Test
    void aReadWithoutAnAnswerIsUnavailable() {
        vault.next(READ, vault.hang());

        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anAnswerThatNeverEndsIsNoAnswer() {
        vault.next(READ, vault.hangInTheBody());

        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anInterruptedCallerIsStillInterrupted() {
        vault.next(READ, vault.hang());
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Unavailable.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anAnswerThatIsNoVaultsIsRejected() {
        vault.next(READ, 200, QUOTING).next(READ, 404, QUOTING).next(READ, 400, "{\"error\":\"not-for-logs\"}");

        for (int answer = 0; answer < 3; answer++) {
            assertThatThrownBy(() -> backend.get(NAME))
                    .isInstanceOf(Rejected.class)
                    .hasMessageNotContaining("not-for-logs")
                    .hasNoCause();
        }
    }

    @Test
    void whatARoleForbidsIsDenied() {
        vault.next(READ, 403, FORBIDDEN).next(DELETE, 403, FORBIDDEN).next(WRITE, 403, FORBIDDEN);

        assertThatThrownBy(() -> backend.get(NAME))
                .isInstanceOf(Denied.class)
                .hasMessageContaining("status 403 Forbidden (request ")
                .hasMessageNotContaining("not-for-logs");
        assertThatThrownBy(() -> backend.delete(NAME)).isInstanceOf(Denied.class);
        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(Denied.class);
    }

    @Test
    void aValueThatIsTooLargeForTheServiceIsRejected() {
        vault.next(WRITE, 400, "{\"error\":{\"code\":\"BadParameter\"}}");

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(Rejected.class);
    }

    @Test
    void aNameThatADeletionBlocksForTooLongIsUnavailable() {
        String blocked = "{\"error\":{\"code\":\"Conflict\",\"innererror\":{\"code\":\"ObjectIsBeingDeleted\"}}}";
        for (int attempt = 0; attempt < 100; attempt++) {
            vault.next(WRITE, 409, blocked);
        }

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aLaterGenerationThatAWriteCoveredIsRestored() {
        vault.next(WRITE, vault.after(() -> vault.put(AZURE_NAME, stored(9))));

        assertThat(backend.put(NAME, VALUE, 2)).isEqualTo(Publication.SUPERSEDED);
        assertThat(backend.get(NAME)).contains(new StoredSecret(value("later", 9), 9));
    }

    @Test
    void anEarlierGenerationThatCoveredOurWriteIsReplaced() {
        vault.next(WRITE, vault.before(() -> vault.put(AZURE_NAME, stored(1))));

        assertThat(backend.put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(NAME)).contains(new StoredSecret(VALUE, 2));
    }

    @Test
    void aVersionWhoseTagLiesIsNotRestored() {
        String liar = stored(9).replace("\\\"generation\\\":9", "\\\"generation\\\":1");
        vault.next(WRITE, vault.after(() -> vault.put(AZURE_NAME, liar)));

        assertThat(backend.put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(NAME)).contains(new StoredSecret(VALUE, 2));
    }

    @Test
    void aWriteThatCouldNotBeLookedAfterIsOfUnknownOutcome() {
        vault.next(READ, vault.after(() -> vault.next(READ, 503, "{}")));

        assertThatThrownBy(() -> backend.put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    private static String stored(long generation) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("value", value("later", generation).reveal().toString())
                .set(
                        "tags",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("application", "token-vault")
                                .put("environment", "production")
                                .put("connection", "c00000000000000000000000")
                                .put("generation", Long.toString(generation)))
                .toString();
    }

    @Test
    void aServiceThatIsNotThereIsUnavailable() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        SecretsBackend gone = connected(Map.of("vault-url", "https://x.vault.azure.net:" + port));

        assertThatThrownBy(() -> gone.get(NAME)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> gone.delete(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aServiceThatNeverStartsToSpeakIsUnavailable() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            SecretsBackend mute = connected(Map.of("vault-url", "https://x.vault.azure.net:" + silent.getLocalPort()));

            assertThatThrownBy(() -> mute.delete(NAME)).isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void anotherAuthorityIsNotTrusted() throws IOException {
        SecretsBackend careful = AzureSecretsBackend.connect(
                "main",
                new SecretName.Keyring(PRODUCTION),
                Settings.backend(KeyVaultContractTest.settings(vault, folder)),
                false);

        assertThatThrownBy(careful::check).isInstanceOf(Unavailable.class).hasMessageContaining("Cert");
    }
}
