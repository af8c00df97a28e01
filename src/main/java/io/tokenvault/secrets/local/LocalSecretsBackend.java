package io.tokenvault.secrets.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.keyring.SealingKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The embedded secrets backend, for development: one file {@code <directory>/<name>.sealed} for each secret, sealed
 * with AES-256-GCM for exactly that name. Several processes may share a directory. Whoever can read the directory and
 * the key file can read every secret.
 */
public final class LocalSecretsBackend implements SecretsBackend {
    static final String SUFFIX = ".sealed";

    private final String backend;
    private final Path directory;
    private final SealingKey key;
    private final NameLocks locks;

    private LocalSecretsBackend(String backend, Path directory, SealingKey key, NameLocks locks) {
        this.backend = backend;
        this.directory = directory;
        this.key = key;
        this.locks = locks;
    }

    /**
     * Opens the backend, and makes its directory and key file when they are missing.
     *
     * @param backend the configured name
     * @throws IllegalArgumentException saying why, when the directory or the key file must not be used
     */
    public static LocalSecretsBackend open(String backend, Path directory, Path keyFile) {
        try {
            Path folder = directory.toAbsolutePath().normalize();
            PrivateFiles.createFolders(folder);
            NameLocks locks = NameLocks.of(folder);
            SealingKey key = locks.holding(
                    "", () -> KeyFile.read(keyFile.toAbsolutePath().normalize(), folder));
            return new LocalSecretsBackend(backend, folder, key, locks);
        } catch (IOException failed) {
            throw new IllegalArgumentException(
                    "directory or key file cannot be used: " + failed.getClass().getSimpleName() + " at " + directory
                            + " or " + keyFile,
                    failed);
        }
    }

    @Override
    public Publication put(SecretName name, SecretValue value, long generation) {
        Path file = fileOf(name);
        byte[] sealed = key.seal(plain(value.withGeneration(generation)), context(name));
        return changing("put", name, () -> {
            long present = read("put", name).map(StoredSecret::generation).orElse(0L);
            if (present >= generation) {
                return present == generation ? Publication.CURRENT : Publication.SUPERSEDED;
            }
            PrivateFiles.createFolders(PrivateFiles.folderOf(file));
            PrivateFiles.replace(file, sealed);
            return Publication.CURRENT;
        });
    }

    @Override
    public Optional<StoredSecret> get(SecretName name) {
        try {
            return read("get", name);
        } catch (IOException failed) {
            throw refusal("get", name, failed);
        }
    }

    @Override
    public void delete(SecretName name) {
        changing("delete", name, () -> {
            PrivateFiles.delete(fileOf(name));
            return Publication.CURRENT;
        });
    }

    @Override
    public void check() {
        if (!Files.isDirectory(directory)) {
            throw new Unavailable(site("check", null, "the directory is missing"), null);
        }
        if (!Files.isWritable(directory) || !Files.isReadable(directory)) {
            throw new Denied(site("check", null, "the directory cannot be read and written"));
        }
    }

    private Optional<StoredSecret> read(String operation, SecretName name) throws IOException {
        byte[] sealed;
        try {
            sealed = Files.readAllBytes(fileOf(name));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
        try {
            SecretValue value = key.open(sealed, context(name))
                    .map(plain -> SecretValue.parse(new String(plain, UTF_8)))
                    .orElseThrow(IllegalArgumentException::new);
            return Optional.of(new StoredSecret(value, value.generation()));
        } catch (IllegalArgumentException notOurs) {
            throw new Rejected(site(operation, name, "the file was changed, or sealed under another key"));
        }
    }

    private Publication changing(String operation, SecretName name, NameLocks.Work<Publication> change) {
        try {
            return locks.holding(name.path(), change);
        } catch (IOException failed) {
            throw refusal(operation, name, failed);
        }
    }

    private SecretsBackendException refusal(String operation, SecretName name, IOException failed) {
        // The message of an IOException is a path, and of no use in an answer; the class says enough.
        Site site = site(operation, name, failed.getClass().getSimpleName());
        return switch (failed) {
            case NameLocks.Busy busy -> new Unavailable(site, null);
            case AccessDeniedException denied -> new Denied(site);
            // A write may have been renamed into place before the folder failed to sync.
            default -> operation.equals("get") ? new Unavailable(site, null) : new OutcomeUnknown(site);
        };
    }

    private Site site(String operation, @Nullable SecretName name, String detail) {
        return new Site(backend, operation, name, detail, null);
    }

    private Path fileOf(SecretName name) {
        return directory.resolve(name.path() + SUFFIX);
    }

    private static byte[] plain(SecretValue value) {
        return value.reveal().toString().getBytes(UTF_8);
    }

    private static String context(SecretName name) {
        return "local-secret\0" + name.path();
    }

    @Override
    public String toString() {
        return "LocalSecretsBackend[" + backend + "]";
    }
}
