package io.tokenvault.embedded;

import java.nio.file.Path;

/** The backend that keeps secrets in files sealed under a key file beside them: enough to try the service out. */
final class LocalBackend {
    private LocalBackend() {}

    static String settings(DataFolder folder) {
        return """
                token-vault.system.backend=main
                token-vault.backends.main.type=local
                token-vault.backends.main.directory=%s
                token-vault.backends.main.key-file=%s
                """.formatted(escaped(folder.resolve("secrets")), escaped(folder.resolve("key")));
    }

    /** A path as a value of a properties file in which {@code ${…}} and commas have a meaning. */
    private static String escaped(Path path) {
        return path.toString().replace("\\", "\\\\").replace("$", "\\\\$");
    }
}
