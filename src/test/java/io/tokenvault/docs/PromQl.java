package io.tokenvault.docs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an expression in the language of Prometheus asks for, as far as the tests compare it: metrics, and their labels. */
final class PromQl {
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern SELECTOR = Pattern.compile("\\b([a-zA-Z_:][\\w:]*)(?:\\{([^}]*)})?(?![\\w:]*\\s*\\()");
    private static final Pattern LABEL = Pattern.compile("\\s*(\\w+)\\s*(?:=~|!~|!=|=)");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "bool");

    private PromQl() {}

    /** Each metric with the labels that are asked of it; labels that results are grouped by count for every metric. */
    static Map<String, Set<String>> metricsOf(String expression) {
        String bare = STRING.matcher(expression).replaceAll("\"\"").replaceAll("\\[[^\\]]*]", "");
        Set<String> grouped = new TreeSet<>();
        Matcher grouping = GROUPING.matcher(bare);
        while (grouping.find()) {
            for (String label : grouping.group(2).split(",")) {
                if (!label.isBlank()) {
                    grouped.add(label.strip());
                }
            }
        }
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        Matcher selector = SELECTOR.matcher(GROUPING.matcher(bare).replaceAll(""));
        while (selector.find()) {
            if (!WORDS.contains(selector.group(1))) {
                Set<String> labels = metrics.computeIfAbsent(selector.group(1), _ -> new TreeSet<>(grouped));
                if (selector.group(2) != null) {
                    LABEL.matcher(selector.group(2)).results().forEach(label -> labels.add(label.group(1)));
                }
            }
        }
        return metrics;
    }
}
