package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How tests start the service: with the options and from an AOT cache, as {@code make run} and the image do. The cache is
 * made by the first test that needs it, and halves what each of hundreds of starts costs.
 */
final class StartCommand {
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final Path OPTIONS = Path.of(".ci/java.options").toAbsolutePath();
    private static final Path CACHE = Path.of("target/token-vault.aot").toAbsolutePath();

    private StartCommand() {}

    static synchronized List<String> ofService(Path jar) {
        try {
            if (!Files.exists(CACHE)
                    || Files.getLastModifiedTime(CACHE).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                train(jar);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
        return List.of(
                JAVA_HOME.resolve("bin/java").toString(),
                "@" + OPTIONS,
                "-XX:AOTCache=" + CACHE,
                "-Xlog:aot*=off",
                "-Xlog:cds*=off",
                "-jar",
                jar.toString());
    }

    private static void train(Path jar) throws IOException, InterruptedException {
        Process training = new ProcessBuilder(
                        ".ci/train", JAVA_HOME.toString(), jar.toString(), CACHE.toString(), "@" + OPTIONS)
                .redirectErrorStream(true)
                .start();
        String output = new String(training.getInputStream().readAllBytes(), UTF_8);
        if (training.waitFor() != 0) {
            throw new AssertionError("the service could not be trained:\n" + output);
        }
    }
}
