package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.quarkus.vault.client.VaultClient;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.vault.VaultSessions.Session;
import io.tokenvault.testing.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When we log in, and what with; by a clock of the test's. */
class VaultSessionsTest {
    private static final String SEALED = "{\"errors\":[\"Vault is sealed\"]}";

    private final ScriptedServer server = new ScriptedServer(HttpExchange::getRequestMethod);
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
    private VaultSessions sessions;

    @TempDir
    Path folder;

    @BeforeEach
    void connect() throws IOException {
        VaultClient anonymous = VaultClient.builder()
                .executor(new VaultTransport(VaultTrust.of(Optional.empty()), Duration.ofSeconds(2)))
                .baseUrl(server.url().toString())
                .maxRetries(0)
                .build();
        Path secretId = Files.writeString(folder.resolve("secret-id"), "the-secret-id");
        sessions = new VaultSessions(
                "main", anonymous, new VaultCredentials.AppRole("approle", "the-role", secretId), now::get);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String login(int seconds) {
        return "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":" + seconds + "}}";
    }

    private void after(int seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void aSessionIsKept() {
        server.then(200, login(100));
        Session first = sessions.current();

        after(79);

        assertThat(sessions.current()).isSameAs(first);
    }

    @Test
    void aSessionIsReplacedBeforeItsEnd() {
        server.then(200, login(100)).then(200, login(100));
        Session first = sessions.current();

        after(81);

        assertThat(sessions.current()).isNotSameAs(first);
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aTokenThatStillLivesIsUsedWhileThereCanBeNoLogin() {
        server.then(200, login(100)).then(503, SEALED);
        Session first = sessions.current();

        after(81);

        assertThat(sessions.current().client()).isSameAs(first.client());
        assertThat(sessions.current().client()).isSameAs(first.client());
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void theLoginIsTriedAgainWhileTheTokenLives() {
        server.then(200, login(100)).then(503, SEALED).then(200, login(100));
        Session first = sessions.current();
        after(81);
        sessions.current();

        after(6);

        assertThat(sessions.current().client()).isNotSameAs(first.client());
    }

    @Test
    void aTokenThatEndedIsNotUsed() {
        server.then(200, login(100)).then(503, SEALED).then(503, SEALED);
        sessions.current();
        after(98);
        sessions.current();

        after(2);

        assertThatThrownBy(sessions::current).isInstanceOf(Unavailable.class);
    }

    @Test
    void aRefusedTokenIsNotUsedAgain() {
        server.then(200, login(100)).then(400, "{\"errors\":[\"invalid role or secret ID\"]}");

        sessions.discard(sessions.current());

        assertThatThrownBy(sessions::current).isInstanceOf(Denied.class);
    }

    @Test
    void manyCallersShareOneLogin() throws Exception {
        server.then(exchange -> {
            Thread.yield();
            ScriptedServer.answering(200, login(100), Map.of()).give(exchange);
        });

        Set<Session> seen = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Session>> callers = new ArrayList<>();
            for (int caller = 0; caller < 200; caller++) {
                callers.add(threads.submit(sessions::current));
            }
            for (Future<Session> caller : callers) {
                seen.add(caller.get());
            }
        }

        assertThat(seen).hasSize(1);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aTokenOfMoreThanAllTimeIsGood() {
        server.then(200, "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":9000000000000000}}");

        assertThat(sessions.current()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"auth\":null}",
                "{\"auth\":{}}",
                "{\"auth\":{\"client_token\":\"\"}}",
                "<html>no</html>"
            })
    void aLoginWithoutATokenIsRejected(String answer) {
        server.then(200, answer);

        assertThatThrownBy(sessions::current).isInstanceOf(Rejected.class);
    }
}
