package io.tokenvault.secrets.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.secrets.keyring.SealingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The file with the key of a local backend: 0600, and never in the directory that it protects. */
final class KeyFile {
    private KeyFile() {}

    /**
     * The key in {@code file}, or a new one when there is neither a key nor a sealed file. The caller holds a lock of
     * {@code directory}, so that two processes do not make two keys.
     */
    static SealingKey read(Path file, Path directory) throws IOException {
        Path folder = file.getParent();
        if (folder == null || file.startsWith(directory)) {
            throw inside(file, directory);
        }
        PrivateFiles.createFolders(folder);
        if (folder.toRealPath().startsWith(directory.toRealPath())) {
            throw inside(file, directory);
        }
        if (Files.notExists(file)) {
            return create(file, directory);
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("key-file " + file + " is not a file");
        }
        if (file.toRealPath().startsWith(directory.toRealPath())) {
            throw inside(file, directory);
        }
        if (PrivateFiles.isSharedWithOthers(file)) {
            throw new IllegalArgumentException("key-file " + file
                    + " can be used by others than its owner: chmod 600 it, and consider its key known");
        }
        return SealingKey.parse(Files.readString(file, UTF_8))
                .orElseThrow(() -> new IllegalArgumentException("key-file " + file + " holds no key of ours"));
    }

    private static IllegalArgumentException inside(Path file, Path directory) {
        return new IllegalArgumentException("key-file " + file + " is inside directory " + directory
                + ": together they protect nothing; keep the key somewhere else");
    }

    private static SealingKey create(Path file, Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            if (files.anyMatch(found -> found.toString().endsWith(LocalSecretsBackend.SUFFIX))) {
                throw new IllegalArgumentException("key-file " + file + " is missing, but directory " + directory
                        + " holds secrets sealed under it: put the key back, or empty the directory");
            }
        }
        SealingKey key = SealingKey.generate();
        PrivateFiles.replace(file, key.reveal().getBytes(UTF_8));
        return key;
    }
}
