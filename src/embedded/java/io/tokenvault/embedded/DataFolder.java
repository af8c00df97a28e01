package io.tokenvault.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where one backend's database, secrets and keys are, for this user alone. Held by one process at a time; the kernel
 * gives it free when that process ends, however it ends.
 */
final class DataFolder {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;

    /** Reachable as long as the folder is in use: a collected lock would be a lost one. */
    private final FileLock lock;

    private DataFolder(Path path, FileLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes the folder when it is missing and takes it, or refuses when another process has it. */
    static DataFolder take(Path path) throws IOException {
        Files.createDirectories(path, OWNER_FOLDER);
        FileChannel channel =
                FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new Refusal("Another \"make run\" is using " + path + ". Stop it first; nothing was touched.");
        }
        return new DataFolder(path.toRealPath(), lock);
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** A folder in this one for its owner alone, made when it is missing. */
    Path folder(String name) throws IOException {
        return Files.createDirectories(path.resolve(name), OWNER_FOLDER);
    }

    /** The text of a file, empty when there is none. */
    Optional<String> read(String name) throws IOException {
        Path file = path.resolve(name);
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    /** Writes a file that only its owner may read: as a whole or, after a crash, not at all. */
    Path write(String name, String text) throws IOException {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Path write(String name, byte[] content) throws IOException {
        Path file = path.resolve(name);
        Path unfinished = path.resolve(name + ".new");
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished, OWNER_FILE);
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content));
            channel.force(true);
        }
        return Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The random text of that name: made once, the same ever after. */
    String secret(String name) throws IOException {
        Optional<String> known = read(name);
        if (known.isPresent()) {
            return known.get();
        }
        String made = randomText();
        write(name, made);
        return made;
    }

    /** 256 random bits in hexadecimal digits. */
    static String randomText() {
        return HexFormat.of().formatHex(randomBytes());
    }

    static byte[] randomBytes() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** Deletes a folder and all that is in it, whether or not it exists. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Override
    public String toString() {
        return path + (lock.isValid() ? "" : " (given up)");
    }
}
