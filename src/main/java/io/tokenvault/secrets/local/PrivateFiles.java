package io.tokenvault.secrets.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Files (0600) and folders (0700) that only their owner can read, and that survive a power cut. */
final class PrivateFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final Set<StandardOpenOption> OVERWRITE =
            EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);

    private PrivateFiles() {}

    /** The folder of an absolute path. */
    static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent(), "the root of a file system is no file");
    }

    static void createFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folderOf(folder);
        createFolders(parent);
        try {
            Files.createDirectory(folder, FOLDER);
        } catch (FileAlreadyExistsException madeMeanwhile) {
            if (!Files.isDirectory(folder)) {
                throw madeMeanwhile;
            }
        }
        sync(parent);
    }

    static Path createIfAbsent(Path file) throws IOException {
        try {
            return Files.createFile(file, FILE);
        } catch (FileAlreadyExistsException made) {
            return file;
        }
    }

    /** Whether the file's group, or anybody, may do anything with it. */
    static boolean isSharedWithOthers(Path file) throws IOException {
        Set<PosixFilePermission> beyondOwner = EnumSet.noneOf(PosixFilePermission.class);
        beyondOwner.addAll(Files.getPosixFilePermissions(file));
        beyondOwner.removeAll(PosixFilePermissions.fromString("rwx------"));
        return !beyondOwner.isEmpty();
    }

    /**
     * Makes {@code bytes} the whole content of {@code file}: a reader sees the old content or the new one, also after a
     * crash. An exception before the rename leaves the old content. One writer of a file at a time; what a crash left of
     * an earlier one is overwritten.
     */
    static void replace(Path file, byte[] bytes) throws IOException {
        Path folder = folderOf(file);
        Path temporary = temporaryOf(file);
        try {
            try (FileChannel channel = FileChannel.open(temporary, OVERWRITE, FILE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            Files.deleteIfExists(temporary);
            throw failed;
        }
        sync(folder);
    }

    /** Deletes the file, and what a crash may have left of writing it. */
    static void delete(Path file) throws IOException {
        boolean leftOver = Files.deleteIfExists(temporaryOf(file));
        if (Files.deleteIfExists(file) || leftOver) {
            sync(folderOf(file));
        }
    }

    private static Path temporaryOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".writing");
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
