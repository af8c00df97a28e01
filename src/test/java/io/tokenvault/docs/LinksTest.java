package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every relative link leads to a file, and to a heading where it names one; every document can be reached. */
class LinksTest {

    @Test
    void linksLeadSomewhere() throws IOException {
        for (Markdown document : Markdown.all()) {
            for (String link : relativeLinks(document)) {
                String[] parts = link.split("#", 2);
                Path target = target(document, parts[0]);
                assertThat(target).as(link + " in " + document.file()).exists();
                if (parts.length == 2) {
                    assertThat(Markdown.read(target).anchors())
                            .as(link + " in " + document.file())
                            .contains(parts[1]);
                }
            }
        }
    }

    @Test
    void everyDocumentIsLinkedFromAnother() throws IOException {
        List<Markdown> documents = Markdown.all();

        Set<Path> linked = documents.stream()
                .flatMap(document -> relativeLinks(document).stream()
                        .map(link -> target(document, link.split("#", 2)[0]))
                        .filter(target -> !target.equals(document.file())))
                .collect(Collectors.toSet());

        assertThat(documents.stream().map(Markdown::file))
                .filteredOn(file -> !file.equals(Markdown.DOCS.resolve("README.md")))
                .isSubsetOf(linked);
    }

    private static List<String> relativeLinks(Markdown document) {
        return document.links().stream()
                .filter(link -> !link.matches("[a-z]+:.*"))
                .toList();
    }

    private static Path target(Markdown document, String link) {
        if (link.isEmpty()) {
            return document.file();
        }
        Path target = document.file().resolveSibling(link).normalize();
        return Files.isDirectory(target) && Files.exists(target.resolve("README.md"))
                ? target.resolve("README.md")
                : target;
    }
}
