package io.tokenvault.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds servers that outlived the process that started them. */
final class LeftBehind {
    private LeftBehind() {}

    /**
     * The process whose number stands in the first line of the file, when it still runs and names {@code mark} on its
     * command line; numbers are used again, so the number alone proves nothing.
     */
    static Optional<ProcessHandle> find(Path pidFile, String mark) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        String text = Files.readString(pidFile).lines().findFirst().orElse("").strip();
        if (!text.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(text))
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().commandLine().orElse("").contains(mark));
    }
}
