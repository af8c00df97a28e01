package io.tokenvault.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** One run of a command-line tool to its end. */
record Tool(int exitCode, String output) {

    /** Runs the command without input; its output and its complaints come as one text. */
    static Tool run(Stream<String> command) throws IOException {
        List<String> words = command.toList();
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            return new Tool(process.waitFor(), output);
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + words.getFirst(), interrupted);
        }
    }

    boolean failed() {
        return exitCode != 0;
    }
}
