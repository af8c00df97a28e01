package io.tokenvault.secrets.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendContract;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.token.ConnectionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSecretsBackendTest extends SecretsBackendContract {
    private static final SecretName NAME =
            new SecretName.ConnectionToken(PRODUCTION, new ConnectionId("c00000000000000000000000"));
    private static final SecretName OTHER =
            new SecretName.ConnectionToken(PRODUCTION, new ConnectionId("c00000000000000000000001"));
    private static final SecretValue VALUE =
            SecretValue.of(json().put("token", "tv_secret").put("generation", 1));

    @TempDir
    private Path folder;

    private Path directory;
    private Path keyFile;
    private LocalSecretsBackend backend;
    private LocalSecretsBackend replica;

    @BeforeEach
    void open() {
        directory = folder.resolve("deep/secrets");
        keyFile = folder.resolve("keys/key");
        backend = LocalSecretsBackend.open("main", directory, keyFile);
        replica = LocalSecretsBackend.open("main", directory, keyFile);
    }

    @Override
    protected SecretsBackend backend() {
        return backend;
    }

    @Override
    protected SecretsBackend replica() {
        return replica;
    }

    private Path file(SecretName name) {
        return directory.resolve(name.path() + ".sealed");
    }

    @Test
    void onlyTheOwnerCanRead() throws IOException {
        backend.put(NAME, VALUE, 1);

        for (Path tree : List.of(directory.getParent(), keyFile.getParent())) {
            try (Stream<Path> files = Files.walk(tree)) {
                assertThat(files)
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void nothingReadableIsOnDisk() throws IOException {
        backend.put(NAME, VALUE, 1);

        assertThat(Files.readString(file(NAME), StandardCharsets.ISO_8859_1)).doesNotContain("tv_secret", "token");
    }

    @Test
    void nothingIsLeftBehindByWriting() throws IOException {
        backend.put(NAME, VALUE, 1);
        backend.put(NAME, VALUE, 2);

        try (Stream<Path> files = Files.list(file(NAME).getParent())) {
            assertThat(files).containsExactly(file(NAME));
        }
    }

    @Test
    void aChangedFileIsRejected() throws IOException {
        backend.put(NAME, VALUE, 1);
        byte[] sealed = Files.readAllBytes(file(NAME));
        sealed[sealed.length - 1] ^= 1;
        Files.write(file(NAME), sealed);

        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> backend.put(NAME, VALUE, 9)).isInstanceOf(Rejected.class);
    }

    @Test
    void aFileOfAnotherNameIsRejected() throws IOException {
        backend.put(NAME, VALUE, 1);
        backend.put(OTHER, VALUE, 1);
        Files.copy(file(NAME), file(OTHER), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> backend.get(OTHER)).isInstanceOf(Rejected.class);
    }

    @Test
    void aRefusalQuotesNothingOfTheFile() throws IOException {
        backend.put(NAME, VALUE, 1);
        Files.writeString(file(NAME), "not-for-logs");

        assertThatThrownBy(() -> backend.get(NAME))
                .isInstanceOf(Rejected.class)
                .hasMessageContaining(NAME.path())
                .hasMessageNotContaining("not-for-logs")
                .hasNoCause();
    }

    @Test
    void aCorruptFileCanBeDeleted() throws IOException {
        backend.put(NAME, VALUE, 1);
        Files.writeString(file(NAME), "x");

        backend.delete(NAME);

        assertThat(backend.get(NAME)).isEmpty();
    }

    @Test
    void theKeyIsKept() {
        backend.put(NAME, VALUE, 1);

        assertThat(LocalSecretsBackend.open("again", directory, keyFile).get(NAME))
                .hasValueSatisfying(stored -> assertThat(stored.value()).isEqualTo(VALUE));
    }

    @Test
    void aKeyInsideTheDirectoryIsRefused() {
        assertThatThrownBy(() -> LocalSecretsBackend.open("main", directory, directory.resolve("sub/key")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inside directory");
        assertThat(directory.resolve("sub")).doesNotExist();
    }

    @Test
    void aKeyThatLeadsIntoTheDirectoryIsRefused() throws IOException {
        Files.copy(keyFile, directory.resolve("key"), StandardCopyOption.COPY_ATTRIBUTES);
        Path link = Files.createSymbolicLink(folder.resolve("link"), directory.resolve("key"));

        assertThatThrownBy(() -> LocalSecretsBackend.open("main", directory, link))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inside directory");
    }

    @Test
    void aKeyThatOthersCanReadIsRefused() throws IOException {
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> LocalSecretsBackend.open("main", directory, keyFile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithoutQuotingIt() throws IOException {
        Files.writeString(keyFile, "{\"not\":\"for logs\"}");

        assertThatThrownBy(() -> LocalSecretsBackend.open("main", directory, keyFile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("for logs");
    }

    @Test
    void aLostKeyIsNotReplacedWhileItsSecretsAreThere() throws IOException {
        backend.put(NAME, VALUE, 1);
        Files.delete(keyFile);

        assertThatThrownBy(() -> LocalSecretsBackend.open("main", directory, keyFile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is missing");
        assertThat(keyFile).doesNotExist();
    }

    @Test
    void otherProcessesWaitForEachOther() throws Exception {
        List<Process> writers = Stream.of("0", "1", "2")
                .map(offset -> LocalWriter.start(directory, keyFile, NAME, offset))
                .toList();

        for (Process writer : writers) {
            assertThat(writer.waitFor()).isZero();
        }
        assertThat(backend.get(NAME))
                .hasValueSatisfying(stored -> assertThat(stored.generation()).isEqualTo(LocalWriter.LAST_GENERATION));
    }
}
