package io.tokenvault.lifecycle.publication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One backend hangs with more to do than it has places for; what another one is to hold arrives there all the same, also
 * what nobody waits for. Beside it, the packaged service finds and heals what was removed while it was not running.
 */
class HangingBackendIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int BEHIND = 60;
    private static final int HEALTHY = 40;

    @TempDir
    static Path folder;

    private static OpenBao openBao;
    private static ServiceProcess service;
    private static Deployment deployment;

    @BeforeAll
    static void aServiceWithTwoBackends() {
        openBao = OpenBao.start(folder);
        service = ServiceProcess.in(folder)
                .settings("""
                        token-vault.bootstrap.key=%s
                        token-vault.environments.production.mark=prod
                        token-vault.environments.production.backend=main
                        token-vault.environments.sandbox.mark=sbx
                        token-vault.environments.sandbox.backend=files
                        token-vault.system.backend=files
                        token-vault.backends.files.type=local
                        token-vault.backends.files.directory=%s""".formatted(BOOTSTRAP_KEY, folder.resolve("files")))
                .secretsIn(openBao)
                .start();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
    }

    @AfterAll
    static void end() {
        service.close();
        openBao.close();
    }

    @Test
    void aHangingBackendTakesNothingFromAnother() {
        openBao.hang();
        List<HttpAnswer> behind = connectMany("production", BEHIND);
        List<HttpAnswer> healthy = connectMany("sandbox", HEALTHY);

        // More than a caller waits for, so that all of it is done in the background.
        deployment
                .admin()
                .post(
                        "/v1/revocations",
                        "{\"filter\":{\"environment\":\"sandbox\"},\"reason\":\"all of them at once\"}")
                .expect(200);
        boolean allRevoked = Waiting.until(SOON, () -> healthy.stream().allMatch(HangingBackendIT::isPublished));
        boolean stillBehind = behind.stream().noneMatch(HangingBackendIT::isPublished);
        boolean measured = Waiting.until(SOON, () -> {
            String metrics = service.management().get("/q/metrics").expect(200).body();
            return matches(metrics, "token_vault_publication_waiting{environment=\"production\"} [1-9]")
                    && matches(metrics, "token_vault_publication_oldest_seconds{environment=\"production\"} [1-9]")
                    && matches(metrics, "token_vault_publication_waiting{environment=\"sandbox\"} 0");
        });
        openBao.goOn();

        assertThat(allRevoked).isTrue();
        assertThat(stillBehind).isTrue();
        assertThat(measured).isTrue();
        assertThat(Waiting.until(SOON, () -> behind.stream().allMatch(HangingBackendIT::isPublished)))
                .isTrue();
    }

    @Test
    void whatWasRemovedBeforeAStartIsHealedSoonAfterIt() {
        HttpAnswer connection = deployment.connect("production", "");
        String id = connection.text("/connection/connection_id");
        HttpAnswer untouched = deployment.connect("production", "");
        String path = "token-vault/production/" + id + "/token";
        assertThat(Waiting.until(SOON, () -> openBao.secret(path).isPresent())).isTrue();
        service.stop();
        openBao.call("DELETE", "secret/metadata/" + path, "");

        service.restart();

        assertThat(Waiting.until(
                        SOON,
                        () -> openBao.secret(path)
                                .filter(secret -> secret.path("token").asText().equals(connection.text("/token/token")))
                                .isPresent()))
                .isTrue();
        assertThat(healed(id)).isEqualTo(1);
        assertThat(healed(untouched.text("/connection/connection_id"))).isZero();
    }

    private static boolean matches(String metrics, String line) {
        String pattern = line.replace("{", "\\{").replace("}", "\\}");
        return Pattern.compile(pattern).matcher(metrics).find();
    }

    private static int healed(String connection) {
        return deployment
                .admin()
                .get("/v1/audit-events?action=secret.heal&object_id=" + connection)
                .expect(200)
                .json()
                .path("data")
                .size();
    }

    private static boolean isPublished(HttpAnswer created) {
        return !deployment
                .admin()
                .get("/v1/connections/" + created.text("/connection/connection_id"))
                .json()
                .at("/data/secret/published_at")
                .isNull();
    }

    private static List<HttpAnswer> connectMany(String environment, int number) {
        List<HttpAnswer> answers = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpAnswer>> calls = IntStream.range(0, number)
                    .mapToObj(_ -> callers.submit(() -> deployment.connect(environment, "")))
                    .toList();
            for (Future<HttpAnswer> call : calls) {
                answers.add(call.get());
            }
        } catch (Exception failed) {
            throw new AssertionError("a call was not answered", failed);
        }
        return answers;
    }
}
