package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of packages in the architecture page is the truth: these packages exist, with these imports and no others. */
class PackagesTest {
    private static final String ROOT = "io.tokenvault.";
    private static final Path SOURCES = Path.of("src/main/java/io/tokenvault");

    /** Package to the packages that it may import, both without the root. */
    private final Map<String, Set<String>> table =
            Markdown.read(Markdown.DOCS.resolve("explanation/architecture.md")).rows().stream()
                    .collect(Collectors.toMap(
                            cells -> Markdown.codeIn(cells.get(0)).getFirst(),
                            cells -> Set.copyOf(Markdown.codeIn(cells.get(2)))));

    PackagesTest() throws IOException {}

    @Test
    void tableNamesEveryPackageAndNoOther() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            Set<String> packages = files.filter(file -> file.endsWith("package-info.java"))
                    .map(file -> SOURCES.relativize(file.getParent()).toString().replace('/', '.'))
                    .collect(Collectors.toSet());

            assertThat(table.keySet()).containsExactlyInAnyOrderElementsOf(packages);
        }
    }

    @Test
    void importsAreThoseOfTheTable() {
        Set<String> forbidden = dependencies().stream()
                .filter(dependency -> !allowed(
                        packageOf(dependency.getOriginClass().getPackageName()),
                        packageOf(dependency.getTargetClass().getPackageName())))
                .map(Dependency::getDescription)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(forbidden).isEmpty();
    }

    private boolean allowed(String from, String to) {
        return from.equals(to) || table.getOrDefault(from, Set.of()).stream().anyMatch(name -> name.equals(to));
    }

    private static List<Dependency> dependencies() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.tokenvault").stream()
                        .map(type -> type.getDirectDependenciesFromSelf())
                        .flatMap(Collection::stream)
                        .filter(dependency ->
                                dependency.getTargetClass().getPackageName().startsWith(ROOT))
                        .toList();
    }

    private static String packageOf(String name) {
        return name.substring(ROOT.length());
    }
}
