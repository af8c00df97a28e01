package io.tokenvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies, shapes and lists of connections and tokens. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class ConnectionsTest {
    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    @Test
    void everyFieldIsThereAlsoWhenItIsNull() {
        HttpAnswer created = service.connect("production", "");

        assertThat(names(created.json().path("connection")))
                .containsExactlyInAnyOrder(
                        "connection_id",
                        "tenant",
                        "system",
                        "environment",
                        "display_name",
                        "status",
                        "status_reason",
                        "scopes",
                        "labels",
                        "allowed_cidrs",
                        "rate_limit",
                        "created_at",
                        "updated_at",
                        "current_token_id",
                        "last_validated_at",
                        "secret");
        assertThat(names(created.json().path("token")))
                .containsExactlyInAnyOrder(
                        "token_id",
                        "connection_id",
                        "environment",
                        "state",
                        "issued_at",
                        "expires_at",
                        "retires_at",
                        "first_used_at",
                        "last_used_at",
                        "revoked_at",
                        "revoke_reason",
                        "token");
        assertThat(created.header("Location")).contains("/v1/connections/" + created.text("/connection/connection_id"));
        assertThat(created.text("/connection/created_at"))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    }

    @Test
    void aTokenIsShownOnceAndCredentialsNever() {
        HttpAnswer created = service.connect("production", "\"credentials\":{\"password\":\"canary-4711\"}");
        String token = created.text("/token/token");
        String path = "/v1/connections/" + created.text("/connection/connection_id");

        assertThat(created.body()).doesNotContain("canary-4711");
        for (String read : List.of(path, path + "/tokens", "/v1/tokens", "/v1/connections", "/v1/audit-events")) {
            assertThat(service.admin().get(read).expect(200).body()).doesNotContain(token, "canary-4711");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tenant\":\"\"",
                "\"tenant\":\"a b\"",
                "\"tenant\":7",
                "\"system\":\"oracle\"",
                "\"environment\":\"nowhere\"",
                "\"environment\":\"system\"",
                "\"no_such_field\":1",
                "\"scopes\":\"raw:read\"",
                "\"scopes\":[\"a b\"]",
                "\"scopes\":[7]",
                "\"labels\":{\"UPPER\":\"x\"}",
                "\"labels\":{\"a\":7}",
                "\"allowed_cidrs\":[\"10.0.0.1/8\"]",
                "\"allowed_cidrs\":[\"example.com\"]",
                "\"rate_limit\":{\"limit\":0,\"period\":\"PT1M\"}",
                "\"rate_limit\":{\"limit\":5}",
                "\"rate_limit\":{\"limit\":5,\"period\":\"PT0S\"}",
                "\"expires_in\":\"PT0S\"",
                "\"expires_in\":\"1h\"",
                "\"expires_in\":3600",
                "\"credentials\":[]",
                "\"credentials\":\"text\"",
                "\"display_name\":\"a\\u0007b\""
            })
    void aWrongFieldIsNamedAndNothingIsCreated(String field) {
        String name = field.substring(1, field.indexOf('"', 1));
        String body = "{\"tenant\":\"%s\",\"system\":\"custom\",\"environment\":\"production\"}"
                .formatted("wrong-" + System.nanoTime());
        String wrong = body.contains("\"" + name + "\"")
                ? body.replaceFirst("\"" + name + "\":\"[^\"]*\"", java.util.regex.Matcher.quoteReplacement(field))
                : body.replace("}", "," + field + "}");

        HttpAnswer refused = service.admin().post("/v1/connections", wrong).expect(400);

        assertThat(refused.text("/code")).isEqualTo("malformed_request");
        assertThat(refused.text("/errors/0/field")).startsWith(name);
    }

    @Test
    void aPatchChangesWhatItNamesAndNullClears() {
        HttpAnswer created = service.connect(
                "production",
                "\"display_name\":\"Acme\",\"labels\":{\"team\":\"x\"},\"rate_limit\":{\"limit\":5,\"period\":\"PT1M\"}");
        String path = "/v1/connections/" + created.text("/connection/connection_id");

        HttpAnswer named =
                service.admin().patch(path, "{\"display_name\":\"Other\"}").expect(200);
        assertThat(named.text("/data/display_name")).isEqualTo("Other");
        assertThat(named.text("/data/labels/team")).isEqualTo("x");
        assertThat(named.text("/data/rate_limit/period")).isEqualTo("PT1M");

        HttpAnswer cleared = service.admin()
                .patch(path, "{\"display_name\":null,\"labels\":null,\"rate_limit\":null,\"scopes\":null}")
                .expect(200);
        assertThat(cleared.json().at("/data/display_name").isNull()).isTrue();
        assertThat(cleared.json().at("/data/labels")).isEmpty();
        assertThat(cleared.json().at("/data/rate_limit").isNull()).isTrue();
        assertThat(cleared.json().at("/data/scopes")).isEmpty();
        assertThat(service.admin()
                        .patch(path, "{}")
                        .expect(200)
                        .json()
                        .path("effective")
                        .isNull())
                .isTrue();
    }

    @Test
    void listsGoFromPageToPageWithoutGapOrRepeat() {
        String tenant = "pages-" + System.nanoTime();
        List<String> created = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            created.addFirst(service.admin()
                    .post(
                            "/v1/connections",
                            "{\"tenant\":\"%s\",\"system\":\"custom\",\"environment\":\"production\"}"
                                    .formatted(tenant))
                    .expect(201)
                    .text("/connection/connection_id"));
        }

        List<String> listed = new ArrayList<>();
        String path = "/v1/connections?limit=3&tenant=" + tenant;
        String next = path;
        while (!next.isEmpty()) {
            HttpAnswer page = service.admin().get(next).expect(200);
            page.json()
                    .path("data")
                    .forEach(item -> listed.add(item.path("connection_id").asText()));
            JsonNode cursor = page.json().path("next_cursor");
            next = cursor.isNull() ? "" : path + "&cursor=" + cursor.asText();
        }

        assertThat(listed).containsExactlyElementsOf(created);
    }

    @Test
    void filtersNarrowAList() {
        String label = "label=run=" + System.nanoTime();
        String value = label.substring(label.lastIndexOf('=') + 1);
        HttpAnswer one = service.connect("sandbox", "\"labels\":{\"run\":\"" + value + "\",\"n\":\"1\"}");
        service.connect("sandbox", "\"labels\":{\"run\":\"" + value + "\",\"n\":\"2\"}");
        service.admin()
                .post("/v1/connections/" + one.text("/connection/connection_id") + "/suspend", "")
                .expect(200);

        assertThat(data("/v1/connections?" + label)).hasSize(2);
        assertThat(data("/v1/connections?" + label + "&label=n=1")).hasSize(1);
        assertThat(data("/v1/connections?" + label + "&status=suspended")).hasSize(1);
        assertThat(data("/v1/connections?" + label + "&status=active")).hasSize(1);
        assertThat(data("/v1/connections?" + label + "&environment=production")).isEmpty();
        assertThat(data("/v1/connections?" + label + "&system=netsuite")).hasSize(2);
        assertThat(data("/v1/connections?" + label + "&tenant=nobody")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/connections?limit=0",
        "/v1/connections?limit=501",
        "/v1/connections?limit=x",
        "/v1/connections?limit=1&limit=2",
        "/v1/connections?cursor=nonsense",
        "/v1/connections?no_such=1",
        "/v1/connections?status=on",
        "/v1/connections?label=novalue",
        "/v1/tokens?state=dead",
        "/v1/tokens?expires_before=yesterday",
        "/v1/audit-events?actor=me",
        "/v1/operators?limit=-1",
        "/v1/environments?limit=1"
    })
    void aWrongParameterIsRefused(String path) {
        assertThat(service.admin().get(path).expect(400).text("/code")).isEqualTo("malformed_request");
    }

    @Test
    void tokensAreFoundByExpiryAndDisuse() {
        HttpAnswer soon = service.connect("sandbox", "\"expires_in\":\"PT1H\"");
        String id = soon.text("/token/token_id");
        String before = "/v1/tokens?environment=sandbox&limit=500&expires_before=";

        assertThat(ids(before + "2100-01-01T00:00:00Z")).contains(id);
        assertThat(ids(before + soon.text("/token/issued_at"))).doesNotContain(id);
        assertThat(ids("/v1/tokens?limit=500&unused_since=2100-01-01T00:00:00Z"))
                .contains(id);
        assertThat(ids("/v1/tokens?limit=500&unused_since=2001-01-01T00:00:00Z"))
                .doesNotContain(id);
        assertThat(ids("/v1/tokens?limit=500&state=current")).contains(id);
        assertThat(ids("/v1/tokens?limit=500&state=revoked")).doesNotContain(id);
    }

    @Test
    void sealedStorageHasNoSecretInTheBackend() {
        HttpAnswer created = service.connect("vaulted", "");
        String path = "/v1/connections/" + created.text("/connection/connection_id");
        assertThat(created.json().at("/connection/secret").isNull()).isTrue();

        HttpAnswer rotated =
                service.admin().post(path + "/rotate", "{\"overlap\":\"PT1H\"}").expect(200);

        assertThat(rotated.json().at("/previous/retires_at").isNull()).isFalse();
        assertThat(service.verdict(created.text("/token/token"), "vaulted")).isEqualTo("retiring");
    }

    private JsonNode data(String path) {
        return service.admin().get(path).expect(200).json().path("data");
    }

    private List<String> ids(String path) {
        List<String> ids = new ArrayList<>();
        data(path).forEach(token -> ids.add(token.path("token_id").asText()));
        return ids;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
