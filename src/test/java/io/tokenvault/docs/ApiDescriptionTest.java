package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.access.Role;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.token.Credential;
import io.tokenvault.token.TokenState;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The description holds together by itself, and agrees with the codes, roles and states of the code. */
class ApiDescriptionTest {
    private static final Pattern CREDENTIAL = Pattern.compile("tvo?_[0-9A-Za-z_]{30,}");
    private static final String VECTOR_SECRET = "0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf";

    private final ApiDescription api = ApiDescription.read();

    ApiDescriptionTest() throws IOException {}

    @Test
    void isOpenApi31() {
        assertThat(api.document().path("openapi").asText()).startsWith("3.1.");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        assertThat(api.document().findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(api.resolve(reference).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void operationIdsAreUnique() {
        List<String> ids = api.operations().stream()
                .map(operation -> operation.node().path("operationId").asText())
                .toList();

        assertThat(ids).isNotEmpty().doesNotContain("").doesNotHaveDuplicates();
    }

    @Test
    void everyOperationSaysWhoMayCallIt() {
        assertThat(api.operations())
                .allSatisfy(operation -> assertThat(operation.node().has("x-roles")
                                ^ operation.node().has("security"))
                        .as(operation.key())
                        .isTrue());
    }

    @Test
    void everyAnswerCarriesTheRequestId() {
        assertThat(api.operations())
                .allSatisfy(operation -> assertThat(
                                operation.node().path("responses").valueStream())
                        .as(operation.key())
                        .isNotEmpty()
                        .allMatch(response -> resolved(response).path("headers").has("X-Request-Id")));
    }

    @Test
    void problemCodesAreThoseOfTheCode() {
        assertThat(enumOf("ProblemCode"))
                .containsExactlyElementsOf(Arrays.stream(ProblemCode.values())
                        .map(ProblemCode::code)
                        .toList());
    }

    @Test
    void errorAnswersNameCodesOfTheirStatus() {
        assertThat(api.operations())
                .allSatisfy(operation -> operation
                        .node()
                        .path("responses")
                        .properties()
                        .forEach(response -> assertThat(codesOf(resolved(response.getValue())))
                                .as(operation.key() + " " + response.getKey())
                                .allMatch(code -> code.status() == Integer.parseInt(response.getKey()))));
    }

    @Test
    void rolesAndStatesAreThoseOfTheCode() {
        assertThat(enumOf("Role"))
                .containsExactlyElementsOf(
                        Arrays.stream(Role.values()).map(Role::code).toList());
        assertThat(enumOf("TokenState"))
                .containsExactlyElementsOf(Arrays.stream(TokenState.values())
                        .map(state -> state.name().toLowerCase(Locale.ROOT))
                        .toList());
        assertThat(enumOf("LiveTokenState"))
                .containsExactlyElementsOf(Arrays.stream(TokenState.values())
                        .filter(TokenState::isLive)
                        .map(state -> state.name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    @Test
    void noAnswerHoldsSourceCredentials() {
        Set<String> fields = new TreeSet<>();
        api.operations()
                .forEach(operation ->
                        operation.node().path("responses").forEach(response -> fieldsOf(response, fields)));

        assertThat(fields).contains("connection_id", "token", "key").doesNotContain("credentials");
    }

    @Test
    void examplesShowTheTestVectorAndNoOtherCredential() {
        Matcher credentials = CREDENTIAL.matcher(api.document().toString());

        assertThat(credentials.results().map(match -> match.group()))
                .isNotEmpty()
                .allSatisfy(text -> {
                    assertThat(text).contains(VECTOR_SECRET);
                    assertThat(Credential.parseToken(text).or(() -> Credential.parseOperatorKey(text)))
                            .as("checksum of " + text)
                            .isPresent();
                });
    }

    private Stream<ProblemCode> codesOf(JsonNode response) {
        JsonNode code = response.at("/content/application~1problem+json/schema/allOf/1/properties/code");
        return Stream.concat(code.path("enum").valueStream(), Stream.of(code.path("const")))
                .filter(JsonNode::isTextual)
                .map(text -> ProblemCode.parse(text.asText()).orElseThrow());
    }

    /** Every field that {@code node} or what it refers to can have. */
    private void fieldsOf(JsonNode node, Set<String> fields) {
        JsonNode whole = resolved(node);
        whole.path("properties").properties().forEach(property -> fields.add(property.getKey()));
        whole.forEach(part -> fieldsOf(part, fields));
    }

    private List<String> enumOf(String schema) {
        return api.document()
                .at("/components/schemas/" + schema + "/enum")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? api.resolve(node.path("$ref").asText()) : node;
    }
}
