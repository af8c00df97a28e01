package io.tokenvault.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The chart, rendered with some values by a real Helm, which is installed when it is missing ({@code
 * src/test/tools/install-helm.sh}).
 */
public record HelmChart(List<JsonNode> objects) {
    private static final YAMLMapper YAML = new YAMLMapper();

    /** The objects of a release {@code tv} with these values; {@code folder} is for files on the way. */
    public static HelmChart rendered(String values, Path folder) {
        try {
            Path file = Files.writeString(folder.resolve("values.yaml"), values);
            String home = output(List.of("src/test/tools/install-helm.sh")).strip();
            String documents =
                    output(List.of(home + "/helm", "template", "tv", "helm/token-vault", "--values", file.toString()));
            try (var found = YAML.readerFor(JsonNode.class).<JsonNode>readValues(documents)) {
                return new HelmChart(found.readAll());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The only object of that kind. */
    public JsonNode the(String kind) {
        List<JsonNode> found = objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("the chart has " + found.size() + " objects of kind " + kind);
        }
        return found.getFirst();
    }

    /** The settings file of the service. */
    public String settings() {
        return the("ConfigMap").at("/data/application.properties").asText();
    }

    private static String output(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        return output;
    }
}
