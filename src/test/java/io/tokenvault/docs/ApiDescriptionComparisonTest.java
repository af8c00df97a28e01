package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Role;
import io.tokenvault.http.Open;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every endpoint is described, nothing else is, and the description names the roles of the annotations. */
class ApiDescriptionComparisonTest {
    /** Endpoints without a resource class: raw routes, and the description itself. */
    private static final Set<String> RAW_ROUTES = Set.of(
            "GET /authz/{}",
            "GET /authz/{}/{}",
            "POST /v1/validate",
            "POST /v1/validate/batch",
            "POST /oauth2/introspect",
            "POST /oauth2/revoke",
            "GET /.well-known/oauth-authorization-server",
            "GET /problems",
            "GET /problems/{}",
            "GET /openapi");

    /** A path parameter, with the regular expression it may carry. */
    private static final String TEMPLATE = "\\{[^{}]*(?:\\{[^{}]*}[^{}]*)*}";

    private final ApiDescription api = ApiDescription.read();
    private final Map<String, Method> endpoints = endpoints();

    ApiDescriptionComparisonTest() throws IOException {}

    @Test
    void everyEndpointIsDescribedAndNothingElse() {
        Set<String> served = new TreeSet<>(endpoints.keySet());
        served.addAll(RAW_ROUTES);

        assertThat(api.operations().stream().map(ApiDescription.Operation::key).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(served);
    }

    @Test
    void rolesAreThoseOfTheAnnotations() {
        assertThat(api.operations())
                .filteredOn(operation -> endpoints.containsKey(operation.key()))
                .allSatisfy(operation -> {
                    Optional<Allowed> allowed =
                            Optional.ofNullable(endpoints.get(operation.key()).getAnnotation(Allowed.class));
                    assertThat(operation.node().path("x-roles").valueStream().map(JsonNode::asText))
                            .as("roles of " + operation.key())
                            .containsExactlyInAnyOrderElementsOf(allowed.stream()
                                    .flatMap(roles -> Arrays.stream(roles.value()))
                                    .map(Role::code)
                                    .toList());
                    assertThat(operation.node().path("x-bootstrap").asBoolean())
                            .as("bootstrap key at " + operation.key())
                            .isEqualTo(allowed.map(Allowed::bootstrap).orElse(false));
                });
    }

    @Test
    void whatIsOpenIsDescribedWithoutAnOperator() {
        assertThat(api.operations())
                .filteredOn(operation -> endpoints.containsKey(operation.key()))
                .allSatisfy(operation -> assertThat(operation.node().has("security"))
                        .as(operation.key())
                        .isEqualTo(endpoints.get(operation.key()).isAnnotationPresent(Open.class)));
    }

    private static Map<String, Method> endpoints() {
        Map<String, Method> endpoints = new HashMap<>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.tokenvault").stream()
                        .map(JavaClass::reflect)
                        .filter(type -> type.isAnnotationPresent(Path.class))
                        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                        .forEach(method -> httpMethods(method)
                                .forEach(verb -> endpoints.put(verb + " " + pathOf(method), method)));
        return endpoints;
    }

    private static Stream<String> httpMethods(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .flatMap(Stream::ofNullable)
                .map(HttpMethod::value);
    }

    private static String pathOf(Method method) {
        String type = method.getDeclaringClass().getAnnotation(Path.class).value();
        String own = Optional.ofNullable(method.getAnnotation(Path.class))
                .map(Path::value)
                .orElse("");
        return ("/" + type + "/" + own)
                .replaceAll(TEMPLATE, "{}")
                .replaceAll("/+", "/")
                .replaceAll("(?<=.)/$", "");
    }
}
