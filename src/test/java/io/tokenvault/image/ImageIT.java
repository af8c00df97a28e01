package io.tokenvault.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image, unpacked and run as a container engine would: its own root, read-only, as its user, with nothing else than a
 * settings file and a folder for temporary files.
 */
class ImageIT {
    private static final Path TAR = Path.of("target/token-vault-image.tar");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static JsonNode config;

    @BeforeAll
    static void build() throws Exception {
        run(Path.of("").toAbsolutePath(), ".ci/image");
        Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
        run(unpacked, "tar", "-xf", TAR.toAbsolutePath().toString());
        JsonNode manifest =
                JSON.readTree(unpacked.resolve("manifest.json").toFile()).get(0);
        config = JSON.readTree(unpacked.resolve(manifest.get("Config").asText()).toFile())
                .get("config");
        Path root = Files.createDirectory(folder.resolve("root"));
        for (JsonNode layer : manifest.get("Layers")) {
            run(root, "tar", "-xzf", unpacked.resolve(layer.asText()).toString());
        }
    }

    @Test
    void itSaysWhatItIsAndRunsAsNobodyOfTheHost() {
        assertThat(config.get("User").asText()).isEqualTo("10001:10001");
        assertThat(config.get("Labels").get("org.opencontainers.image.version").asText())
                .isNotBlank();
        assertThat(config.get("ExposedPorts").fieldNames()).toIterable().contains("8080/tcp", "9000/tcp");
    }

    @Test
    void nothingInItIsAShellOrBelongsToTheTests() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("root"))) {
            List<String> names =
                    files.map(file -> String.valueOf(file.getFileName())).toList();

            assertThat(names).noneMatch(name -> name.matches("(sh|bash|dash|busybox|javac|jshell)"));
            assertThat(names)
                    .noneMatch(name -> name.contains("embedded") || name.contains("zonky") || name.contains("jib"));
        }
    }

    @Test
    void itStartsFromItsCacheOnAReadOnlyRootAndServes() throws Exception {
        try (OpenBao openBao = OpenBao.start(Files.createDirectory(folder.resolve("bao")))) {
            Path settings = Files.createDirectory(folder.resolve("settings"));
            ServiceProcess.Description description = ServiceProcess.in(settings)
                    .secretsIn(openBao)
                    .settings("token-vault.bootstrap.key=a-bootstrap-key-of-the-image-test-0123456789")
                    .variable("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=/tmp/classes.log")
                    .command("sh", asContainer(settings).toString());
            try (ServiceProcess service = description.start()) {
                HttpAnswer answer = service.http()
                        .as("a-bootstrap-key-of-the-image-test-0123456789")
                        .get("/v1/operators");

                assertThat(answer.status()).isEqualTo(200);
                assertThat(service.log()).doesNotContain("Read-only file system");
                assertThat(shareFromCache(service.pid())).isGreaterThan(0.9);
                assertThat(service.stop()).isEqualTo(128 + 15);
            }
        }
    }

    /** Of the classes that were loaded, those that came out of the cache; read while the service's own /tmp exists. */
    private static double shareFromCache(long pid) throws IOException {
        List<String> loaded = Files.readAllLines(Path.of("/proc", Long.toString(pid), "root/tmp/classes.log")).stream()
                .filter(line -> line.contains("source:"))
                .toList();
        return (double) loaded.stream()
                        .filter(line -> line.contains("shared objects file"))
                        .count()
                / loaded.size();
    }

    /** A script that becomes the image's process. Whoever is not root is root in a user namespace, and nobody else. */
    private static Path asContainer(Path settings) throws IOException {
        String entrypoint = String.join(
                " ",
                StreamSupport.stream(config.get("Entrypoint").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList());
        return Files.writeString(folder.resolve("container.sh"), """
                set -e
                [ "$(id -u)" = 0 ] && namespaces=--mount as=--userspec=%1$s || { namespaces="--mount --map-root-user"; as=; }
                mkdir -p %2$s/proc %2$s/tmp %2$s%3$s
                chmod a+rx %3$s && chmod a+r %3$s/*
                exec unshare $namespaces sh -c 'set -e
                    mount --rbind %2$s %2$s
                    mount --rbind /proc %2$s/proc
                    mount -t tmpfs -o mode=1777 tmpfs %2$s/tmp
                    mkdir -p %2$s%3$s
                    mount --bind %3$s %2$s%3$s
                    mount -o remount,ro,bind %2$s
                    cd /
                    exec chroot $0 %2$s %4$s' $as
                """.formatted(
                        config.get("User").asText(), folder.resolve("root"), settings, entrypoint));
    }

    private static void run(Path where, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(words)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
    }
}
