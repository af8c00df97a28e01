package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.EmbeddedRun;
import io.tokenvault.testing.FreePorts;
import io.tokenvault.testing.ShellBlocks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of README.md do what it says, in their order, against the service that {@code make run} starts. */
class ReadmeIT {
    private static final Path README = Path.of("README.md");
    private static final Path NGINX = Path.of("docs/how-to/nginx/nginx.conf");

    @TempDir
    Path folder;

    @Test
    void itsCommandsDoWhatItSays() throws Exception {
        try (EmbeddedRun run = EmbeddedRun.in(folder, "local")) {
            run.start();
            String api = "127.0.0.1:" + FreePorts.next();
            String upstream = "127.0.0.1:" + FreePorts.next();
            Files.createDirectories(folder.resolve(NGINX).getParent());
            Files.writeString(
                    folder.resolve(NGINX),
                    onPorts(Files.readString(NGINX), run, api).replace("127.0.0.1:8089", upstream));
            ShellBlocks commands = ShellBlocks.of(README, "sh").with(script -> onPorts(script, run, api));

            assertThat(commands.run(folder, Map.of("KEY", run.key()))).isEmpty();
        }
    }

    @Test
    void itsCommandsWithOpenBaoDoWhatItSays() throws Exception {
        try (EmbeddedRun run = EmbeddedRun.in(folder, "openbao")) {
            run.start();
            ShellBlocks commands = ShellBlocks.of(README, "sh openbao")
                    .with(script -> script.replace(
                                    "127.0.0.1:8200", run.openBao().getAuthority())
                            .replace("127.0.0.1:8080", run.address().getAuthority())
                            .replace(".tools/bao/bin/bao", EmbeddedRun.bao().toString()));

            assertThat(commands.run(folder, Map.of("KEY", run.key()))).isEmpty();
        }
    }

    private static String onPorts(String text, EmbeddedRun run, String api) {
        return text.replace("127.0.0.1:8080", run.address().getAuthority()).replace("127.0.0.1:8088", api);
    }
}
