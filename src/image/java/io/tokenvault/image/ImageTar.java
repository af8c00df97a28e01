package io.tokenvault.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes an image tar from a folder that looks like the image's root, which {@code .ci/image} prepares. What changes
 * rarely is in the lower layers. Arguments: that folder, the tar, the name with its tag, the version, the commit, and the
 * time of the commit in seconds.
 */
public final class ImageTar {
    private static final List<String> LAYERS = List.of("lib", "lib64", "etc", "opt/java", "app/lib");
    private static final String USER = "10001:10001";
    private static final List<String> ENTRYPOINT = List.of(
            "/opt/java/bin/java",
            "@/app/java.options",
            "-XX:AOTCache=/app/token-vault.aot",
            "-Xlog:aot*=off",
            "-Xlog:cds*=off",
            "-XX:MaxRAMPercentage=60",
            "-XX:+ExitOnOutOfMemoryError",
            "-jar",
            "/app/quarkus-run.jar");

    private ImageTar() {}

    public static void main(String... arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        JibContainerBuilder image = Jib.fromScratch()
                .setPlatforms(Set.of(new Platform(architecture(), "linux")))
                .setCreationTime(Instant.ofEpochSecond(Long.parseLong(arguments[5])))
                .setWorkingDirectory(AbsoluteUnixPath.get("/app"))
                .setEntrypoint(ENTRYPOINT)
                .setUser(USER)
                .setExposedPorts(Set.of(Port.tcp(8080), Port.tcp(9000), Port.tcp(9001)))
                .addLabel("org.opencontainers.image.title", "Token Vault")
                .addLabel("org.opencontainers.image.description", "One bearer token per customer connection")
                .addLabel("org.opencontainers.image.licenses", "Apache-2.0")
                .addLabel("org.opencontainers.image.version", arguments[3])
                .addLabel("org.opencontainers.image.revision", arguments[4]);
        for (String folder : LAYERS) {
            image.addFileEntriesLayer(layer(root, folder, List.of()));
        }
        image.addFileEntriesLayer(layer(root, "app", List.of("app/lib")));
        image.addFileEntriesLayer(ownFolder(root));
        image.containerize(Containerizer.to(TarImage.at(Path.of(arguments[1])).named(arguments[2])));
    }

    /** The files below a folder, with their permissions and times: an AOT cache is for jars of the very same time. */
    private static FileEntriesLayer layer(Path root, String folder, List<String> without) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(folder);
        List<Path> left = without.stream().map(root::resolve).toList();
        try (Stream<Path> found = Files.walk(root.resolve(folder))) {
            for (Path file : found.sorted().toList()) {
                if (left.stream().noneMatch(file::startsWith)) {
                    layer.addEntry(
                            file,
                            AbsoluteUnixPath.get("/" + root.relativize(file)),
                            FilePermissions.fromPosixFilePermissions(Files.getPosixFilePermissions(file)),
                            Files.getLastModifiedTime(file).toInstant());
                }
            }
        }
        return layer.build();
    }

    /** The one place where the service may write, when nothing is mounted there. */
    private static FileEntriesLayer ownFolder(Path root) {
        return FileEntriesLayer.builder()
                .setName("tmp")
                .addEntry(
                        root.resolve("tmp"),
                        AbsoluteUnixPath.get("/tmp"),
                        FilePermissions.fromOctalString("700"),
                        FileEntriesLayer.DEFAULT_MODIFICATION_TIME,
                        USER)
                .build();
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }
}
