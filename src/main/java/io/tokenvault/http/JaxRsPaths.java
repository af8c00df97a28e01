package io.tokenvault.http;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.core.Deployment;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;

/**
 * The methods that the JAX-RS resources have at a path. The framework's own 405 names no methods, and becomes a 404
 * where two resource classes share a prefix.
 */
final class JaxRsPaths {
    private static final Pattern PARAMETER = Pattern.compile("\\{\\s*[^{}:]+?\\s*(?::\\s*([^{}]+?)\\s*)?}");

    private record Template(String path, Pattern pattern, String method) {}

    private final List<Template> templates;

    private JaxRsPaths(List<Template> templates) {
        this.templates = List.copyOf(templates);
    }

    static JaxRsPaths deployed() {
        List<Template> templates = new ArrayList<>();
        Deployment deployment = ResteasyReactiveRecorder.getCurrentDeployment();
        if (deployment != null) {
            RuntimeResourceVisitor.visitRuntimeResources(
                    "", deployment.getClassMappers(), new RuntimeResourceVisitor() {
                        @Override
                        public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
                            templates.add(new Template(path, pattern(path), method));
                        }
                    });
        }
        return new JaxRsPaths(templates);
    }

    /** What is at a path: its template, and its methods, HEAD with GET. */
    record Found(String template, Set<String> methods) {}

    /** What is at this path; empty when nothing is. */
    Optional<Found> find(String path) {
        List<Template> found = templates.stream()
                .filter(template -> template.pattern().matcher(path).matches())
                .toList();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Set<String> methods = new TreeSet<>();
        for (Template template : found) {
            methods.add(template.method());
            if (template.method().equals("GET")) {
                methods.add("HEAD");
            }
        }
        return Optional.of(new Found(found.getFirst().path(), methods));
    }

    private static Pattern pattern(String template) {
        StringBuilder pattern = new StringBuilder();
        Matcher parameter = PARAMETER.matcher(template);
        int literal = 0;
        while (parameter.find()) {
            pattern.append(Pattern.quote(template.substring(literal, parameter.start())));
            pattern.append("(?:")
                    .append(parameter.group(1) == null ? "[^/]+" : parameter.group(1))
                    .append(')');
            literal = parameter.end();
        }
        return Pattern.compile(
                pattern.append(Pattern.quote(template.substring(literal))).toString());
    }
}
