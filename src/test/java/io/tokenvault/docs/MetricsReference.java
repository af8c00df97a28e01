package io.tokenvault.docs;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics of our own, as {@code docs/reference/metrics.md} lists them. */
final class MetricsReference {
    private MetricsReference() {}

    /**
     * One metric.
     *
     * @param name with dots
     * @param kind counter, gauge or timer
     */
    record Metric(String name, String kind, Set<String> labels) {

        /** Its names as Prometheus sees them. */
        Set<String> exported() {
            String underlined = name.replace('.', '_');
            return switch (kind) {
                case "counter" -> Set.of(underlined + "_total");
                case "gauge" -> Set.of(underlined);
                case "timer" ->
                    Stream.of("_seconds_count", "_seconds_sum", "_seconds_max")
                            .map(suffix -> underlined + suffix)
                            .collect(Collectors.toSet());
                default -> throw new IllegalArgumentException(name + " is a " + kind);
            };
        }
    }

    static List<Metric> read() throws IOException {
        return Markdown.read(Markdown.DOCS.resolve("reference/metrics.md")).rows().stream()
                .map(cells -> new Metric(
                        Markdown.codeIn(cells.getFirst()).getFirst(),
                        cells.get(1),
                        // What stands in parentheses are values.
                        Set.copyOf(Markdown.codeIn(cells.get(2).replaceAll("\\([^)]*\\)", "")))))
                .toList();
    }
}
