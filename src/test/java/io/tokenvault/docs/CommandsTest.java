package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Commands in the documents are well-formed, and call only paths that the API description has. */
class CommandsTest {
    private static final Pattern CALL = Pattern.compile("\\$\\{?URL}?(/[^\\s\"'?]*)");

    @Test
    void commandsAreWellFormed() throws Exception {
        for (Markdown document : Markdown.all()) {
            String script = String.join("\n", document.blocks("sh"));
            Process bash =
                    new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
            try (var input = bash.outputWriter(StandardCharsets.UTF_8)) {
                input.write(script);
            }
            String complaint = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(bash.waitFor()).as(document.file() + ": " + complaint).isZero();
        }
    }

    @Test
    void callsAreDescribed() throws IOException {
        List<Pattern> paths = ApiDescription.read().operations().stream()
                .map(operation ->
                        Pattern.compile(operation.path().replace("{path}", ".+").replaceAll("\\{[^}]*}", "[^/]+")))
                .toList();
        List<String> calls = new ArrayList<>();
        for (Markdown document : Markdown.all()) {
            document.blocks("sh")
                    .forEach(block -> CALL.matcher(block).results().forEach(call -> calls.add(call.group(1))));
        }

        assertThat(calls)
                .isNotEmpty()
                .allSatisfy(call -> assertThat(paths)
                        .as(call)
                        .anyMatch(path -> path.matcher(call).matches()));
    }
}
