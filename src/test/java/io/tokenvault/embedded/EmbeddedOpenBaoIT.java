package io.tokenvault.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.EmbeddedRun;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenBao of {@code make run BACKEND=openbao} keeps what it was given, whatever happens to the process. */
class EmbeddedOpenBaoIT {
    private static final String SECRET = "/v1/secret/data/token-vault/test/a/token";

    @TempDir
    Path folder;

    @Test
    void secretsSurviveAKilledProcess() {
        try (EmbeddedRun run = EmbeddedRun.in(folder, "openbao")) {
            run.start();
            asRoot(run, "POST", "{\"data\":{\"token\":\"kept\"}}").expect(200);
            run.kill9();

            run.start();

            assertThat(asRoot(run, "GET", "").expect(200).text("/data/data/token"))
                    .isEqualTo("kept");
        }
    }

    private static HttpAnswer asRoot(EmbeddedRun run, String method, String body) {
        return HttpCaller.of(run.openBao()).send(method, SECRET, body, Map.of("X-Vault-Token", "root"));
    }
}
