package io.tokenvault.secrets.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A process of its own that puts every third generation under one name, and fails when it ever sees an older one. */
final class LocalWriter {
    static final int LAST_GENERATION = 150;

    private LocalWriter() {}

    static Process start(Path directory, Path keyFile, SecretName name, String offset) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            LocalWriter.class.getName(),
                            directory.toString(),
                            keyFile.toString(),
                            name.segments().get(1),
                            name.segments().get(2),
                            offset)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.appendTo(new File("target/local-writer.log")))
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public static void main(String[] args) {
        LocalSecretsBackend backend = LocalSecretsBackend.open("writer", Path.of(args[0]), Path.of(args[1]));
        SecretName name = new SecretName.ConnectionToken(new EnvironmentName(args[2]), new ConnectionId(args[3]));
        for (int generation = 1 + Integer.parseInt(args[4]); generation <= LAST_GENERATION; generation += 3) {
            put(backend, name, generation);
        }
    }

    private static void put(LocalSecretsBackend backend, SecretName name, long generation) {
        SecretValue value = SecretValue.of(JsonNodeFactory.instance.objectNode().put("generation", generation));
        backend.put(name, value, generation);
        long seen = backend.get(name).orElseThrow().generation();
        if (seen < generation) {
            throw new IllegalStateException("put " + generation + ", and later saw " + seen);
        }
    }
}
