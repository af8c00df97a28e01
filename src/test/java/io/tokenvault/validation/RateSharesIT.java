package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One limit, two replicas. */
class RateSharesIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final int LIMIT = 100;

    @TempDir
    Path folder;

    private final List<ServiceProcess> processes = new ArrayList<>();
    private OpenBao openBao;
    private Deployment first;
    private Deployment second;
    private String token;

    @BeforeEach
    void startTwo() throws IOException {
        openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")));
        TestDatabase database = TestDatabase.create();
        for (String name : List.of("first", "second")) {
            processes.add(ServiceProcess.in(Files.createDirectory(folder.resolve(name)))
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .secretsIn(openBao)
                    .database(database)
                    .start());
        }
        first = Deployment.of(processes.getFirst().address(), BOOTSTRAP_KEY);
        second = first.at(processes.getLast().address());
        token = first.connect(
                        "production",
                        "\"scopes\":[],\"rate_limit\":{\"limit\":%d,\"period\":\"PT1H\"}".formatted(LIMIT))
                .text("/token/token");
        // Each of them has seen the other, and divides limits by two.
        assertThat(Waiting.until(
                        Duration.ofSeconds(10), () -> processes.stream().allMatch(RateSharesIT::seesTwo)))
                .isTrue();
    }

    @AfterEach
    void end() {
        processes.forEach(ServiceProcess::close);
        openBao.close();
    }

    private static boolean seesTwo(ServiceProcess process) {
        return process.management().get("/q/metrics").body().contains("token_vault_validation_rate_replicas 2.0");
    }

    @Test
    void whoAsksBothOfThemGetsTheLimitOnce() {
        int accepted = 0;
        for (int i = 0; i < 3 * LIMIT; i++) {
            accepted += isAccepted(first) ? 1 : 0;
            accepted += isAccepted(second) ? 1 : 0;
        }

        // Parts of equal demand change by little from one second to the next.
        assertThat(accepted).isBetween(LIMIT - 2, LIMIT + LIMIT / 4);
    }

    @Test
    void whoAsksOneOfThemGetsMostOfTheLimitThere() {
        int accepted = 0;
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        while (System.nanoTime() < end) {
            accepted += isAccepted(first) ? 1 : 0;
        }

        assertThat(accepted).isBetween(LIMIT * 3 / 4, LIMIT);
    }

    private boolean isAccepted(Deployment replica) {
        return replica.verdict(token, "production").equals("current");
    }
}
