package io.tokenvault.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A document of this repository, as far as the tests read it: tables, links, headings and commands. */
record Markdown(Path file, String text) {
    static final Path DOCS = Path.of("docs");

    private static final Pattern FENCE = Pattern.compile("^```(\\S*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} (.+)$", Pattern.MULTILINE);
    private static final Pattern ROW = Pattern.compile("^\\|(.*)\\|$", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    static Markdown read(Path file) throws IOException {
        return new Markdown(file, Files.readString(file));
    }

    static List<Markdown> all() throws IOException {
        try (Stream<Path> files = Files.walk(DOCS)) {
            List<Path> documents = files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
            List<Markdown> read = new ArrayList<>();
            for (Path document : documents) {
                read.add(read(document));
            }
            return read;
        }
    }

    /** The rows of all tables whose first cell is code, cell by cell. */
    List<List<String>> rows() {
        return ROW.matcher(text)
                .results()
                .map(row -> Stream.of(row.group(1).split("(?<!\\\\)\\|"))
                        .map(String::strip)
                        .toList())
                .filter(cells -> cells.getFirst().startsWith("`"))
                .toList();
    }

    List<String> links() {
        return LINK.matcher(FENCE.matcher(text).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    /** The anchors of the headings, made as the usual viewers make them. */
    Set<String> anchors() {
        return HEADING.matcher(FENCE.matcher(text).replaceAll(""))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** The fenced blocks of one language, in order. */
    List<String> blocks(String language) {
        return FENCE.matcher(text)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /** What stands between backticks in {@code cell}. */
    static List<String> codeIn(String cell) {
        return CODE.matcher(cell)
                .results()
                .map((MatchResult code) -> code.group(1))
                .toList();
    }
}
