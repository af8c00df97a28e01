package io.tokenvault.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The commands of a document, run word by word in one shell. A comment {@code # → text} says what the output since the
 * one before must contain.
 */
public final class ShellBlocks {
    private static final Pattern BLOCK =
            Pattern.compile("^```([^\\n`]*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern EXPECTATION = Pattern.compile("(?m)^# → (.*)$");
    private static final String MARK = "@@expected@@ ";

    private final String script;

    private ShellBlocks(String script) {
        this.script = script;
    }

    /** All blocks of a document that have exactly this info string, such as {@code sh}, in their order. */
    public static ShellBlocks of(Path document, String info) throws IOException {
        List<String> blocks = BLOCK.matcher(Files.readString(document))
                .results()
                .filter(block -> block.group(1).equals(info))
                .map(block -> block.group(2))
                .toList();
        if (blocks.isEmpty()) {
            throw new IOException(document + " has no block " + info);
        }
        return new ShellBlocks(String.join("\n", blocks));
    }

    /** The commands with another text in the place of some of theirs, such as a port. */
    public ShellBlocks with(UnaryOperator<String> change) {
        return new ShellBlocks(change.apply(script));
    }

    /** Runs the commands in {@code folder}; returns what does not hold, in words, nothing when all is well. */
    public List<String> run(Path folder, Map<String, String> variables) throws IOException, InterruptedException {
        String marked = EXPECTATION
                .matcher(script)
                .replaceAll(found ->
                        "printf '\\\\n%s\\\\n' '" + MARK + found.group(1).replace("'", "'\\\\''") + "'");
        Path file = Files.writeString(folder.resolve("commands.sh"), "set -eu\n" + marked);
        ProcessBuilder shell = new ProcessBuilder("bash", file.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true);
        shell.environment().putAll(variables);
        Process process = shell.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = process.waitFor();
        return failures(output, exitCode);
    }

    private static List<String> failures(String output, int exitCode) {
        List<String> failures = new ArrayList<>();
        StringBuilder sinceLast = new StringBuilder();
        for (String line : output.lines().toList()) {
            if (line.startsWith(MARK)) {
                String expected = line.substring(MARK.length());
                if (!sinceLast.toString().contains(expected)) {
                    failures.add("expected " + expected + " in: " + sinceLast);
                }
                sinceLast.setLength(0);
            } else {
                sinceLast.append(line).append('\n');
            }
        }
        if (exitCode != 0) {
            failures.add("exit code " + exitCode + " after: " + sinceLast);
        }
        return failures;
    }
}
