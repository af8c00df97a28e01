package io.tokenvault.validation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.Credential;
import io.tokenvault.token.Mark;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every reason, and which one comes first. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class ReasonsTest {
    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    @Test
    void aGoodTokenIsToldWithAllItIsGoodFor() {
        HttpAnswer created = service.connect("production", "\"scopes\":[\"vendors:read\"]");

        HttpAnswer verdict = service.validate(
                        created.text("/token/token"), "production", "\"required_scopes\":[\"vendors:read\"]")
                .expect(200);

        assertThat(verdict.body())
                .isEqualTo(("{\"active\":true,\"token_id\":\"%s\",\"connection_id\":\"%s\",\"tenant\":\"acme\","
                                + "\"system\":\"netsuite\",\"environment\":\"production\",\"scopes\":[\"vendors:read\"],"
                                + "\"state\":\"current\",\"expires_at\":null,\"retires_at\":null}")
                        .formatted(created.text("/token/token_id"), created.text("/connection/connection_id")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "tv_prod_",
                "tvo_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8",
                "tv_prod_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL9"
            })
    void whatHasNotTheFormIsMalformed(String text) {
        assertThat(service.verdict(text, "production")).isEqualTo("malformed");
    }

    @Test
    void aTokenThatWasNeverIssuedAndAWrongSecretAreBothUnknown() {
        String real = service.connect("production", "").text("/token/token");
        String neverIssued =
                Credential.newToken(new Mark("prod"), new SecureRandom()).reveal();
        String strange = Credential.newToken(new Mark("zz"), new SecureRandom()).reveal();

        assertThat(service.verdict(neverIssued, "production")).isEqualTo("unknown");
        assertThat(service.verdict(strange, "production")).isEqualTo("unknown");
        assertThat(service.verdict(withAnotherSecret(real), "production")).isEqualTo("unknown");
    }

    @Test
    void onlyAHolderLearnsThatTheEnvironmentIsWrong() {
        String real = service.connect("sandbox", "").text("/token/token");

        assertThat(service.verdict(real, "production")).isEqualTo("wrong_environment");
        assertThat(service.verdict(withAnotherSecret(real), "production")).isEqualTo("unknown");
    }

    /** Each row adds conditions that come later in the order; the first one is told. */
    @ParameterizedTest
    @CsvSource({
        "wrong_environment,      sandbox,    revoke suspend",
        "revoked,                production, revoke suspend",
        "rotated,                production, rotate suspend",
        "rotated,                production, reconnect disconnect",
        "connection_suspended,   production, require-reauthorization suspend",
        "reauthorization_required, production, require-reauthorization",
        "connection_disconnected, production, suspend disconnect",
        "source_ip_not_allowed,  production, ''"
    })
    void theFirstThatFitsIsTold(String reason, String environment, String conditions) {
        HttpAnswer created = service.connect("production", "\"scopes\":[],\"allowed_cidrs\":[\"192.0.2.0/24\"]");
        for (String condition : conditions.isEmpty() ? new String[0] : conditions.split(" ")) {
            bring(condition, created);
        }

        HttpAnswer verdict = service.validate(
                        created.text("/token/token"),
                        environment,
                        "\"required_scopes\":[\"raw:read\"],\"source_ip\":\"198.51.100.1\"")
                .expect(200);

        assertThat(verdict.body()).isEqualTo("{\"active\":false,\"reason\":\"" + reason + "\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.200,         current",
        "::ffff:192.0.2.200,  current",
        "2001:db8::5,         current",
        "192.0.3.1,           source_ip_not_allowed",
        "2001:db9::5,         source_ip_not_allowed",
        "'',                  source_ip_not_allowed"
    })
    void rangesDecideWhereATokenMayComeFrom(String source, String expected) {
        String token = service.connect("production", "\"allowed_cidrs\":[\"192.0.2.0/24\",\"2001:db8::/32\"]")
                .text("/token/token");

        HttpAnswer verdict =
                service.validate(token, "production", source.isEmpty() ? "" : "\"source_ip\":\"" + source + "\"");

        assertThat(verdict.body()).contains("\"" + expected + "\"");
    }

    @Test
    void allScopesAreNeeded() {
        String token = service.connect("production", "\"scopes\":[\"a\",\"b\"]").text("/token/token");

        assertThat(service.validate(token, "production", "\"required_scopes\":[\"a\",\"b\"]")
                        .body())
                .contains("\"active\":true");
        assertThat(service.validate(token, "production", "\"required_scopes\":[\"a\",\"c\"]")
                        .body())
                .isEqualTo("{\"active\":false,\"reason\":\"insufficient_scope\"}");
    }

    @Test
    void anEditIsInForceAtOnce() {
        HttpAnswer created = service.connect("production", "");
        String path = "/v1/connections/" + created.text("/connection/connection_id");

        service.admin().patch(path, "{\"allowed_cidrs\":[\"192.0.2.0/24\"]}").expect(200);

        assertThat(service.verdict(created.text("/token/token"), "production")).isEqualTo("source_ip_not_allowed");
    }

    @Test
    void theCallersOneEnvironmentNeedsNoNaming() {
        String token = service.connect("sandbox", "").text("/token/token");
        var bound = service.operator("validator", "sandbox");
        var free = service.operator("validator", "sandbox", "production");

        assertThat(bound.post("/v1/validate", "{\"token\":\"" + token + "\"}")
                        .expect(200)
                        .text("/state"))
                .isEqualTo("current");
        free.post("/v1/validate", "{\"token\":\"" + token + "\"}").expect(400);
        bound.post("/v1/validate", "{\"token\":\"" + token + "\",\"environment\":\"production\"}")
                .expect(403);
        bound.post("/v1/validate", "{\"token\":\"" + token + "\",\"environment\":\"nowhere\"}")
                .expect(400);
    }

    @Test
    void aBatchIsAnsweredInOrder() {
        String good = service.connect("production", "").text("/token/token");
        String item = "{\"token\":\"%s\",\"environment\":\"production\"}";

        HttpAnswer answer = service.admin()
                .post("/v1/validate/batch", "{\"tokens\":[" + item.formatted("x") + "," + item.formatted(good) + "]}")
                .expect(200);

        assertThat(answer.text("/results/0/reason")).isEqualTo("malformed");
        assertThat(answer.text("/results/1/state")).isEqualTo("current");
        service.admin().post("/v1/validate/batch", "{\"tokens\":[]}").expect(400);
        service.admin()
                .post(
                        "/v1/validate/batch",
                        "{\"tokens\":[" + item.formatted("x") + ("," + item.formatted("x")).repeat(100) + "]}")
                .expect(400);
    }

    @Test
    void usesAreRecorded() {
        HttpAnswer created = service.connect("production", "");
        service.verdict(created.text("/token/token"), "production");

        Waiting.until(
                Duration.ofSeconds(15),
                () -> !service.admin()
                        .get("/v1/tokens/" + created.text("/token/token_id"))
                        .json()
                        .at("/data/first_used_at")
                        .isNull());
    }

    private void bring(String condition, HttpAnswer created) {
        String connection = "/v1/connections/" + created.text("/connection/connection_id");
        switch (condition) {
            case "revoke" ->
                service.admin()
                        .post("/v1/tokens/" + created.text("/token/token_id") + "/revoke", "")
                        .expect(200);
            case "rotate" ->
                service.admin()
                        .post(connection + "/rotate", "{\"overlap\":\"PT0S\"}")
                        .expect(200);
            case "reconnect" ->
                service.admin()
                        .post(connection + "/reconnect", "{\"credentials\":{}}")
                        .expect(200);
            case "disconnect" -> service.admin().delete(connection).expect(200);
            default -> service.admin().post(connection + "/" + condition, "").expect(200);
        }
    }

    /** The same key id and a right checksum, but a secret that was never issued. */
    private static String withAnotherSecret(String token) {
        String unchecked = token.substring(0, token.length() - 49) + "0".repeat(43);
        CRC32 crc = new CRC32();
        crc.update(unchecked.getBytes(US_ASCII));
        String digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        StringBuilder checksum = new StringBuilder();
        for (long rest = crc.getValue(); checksum.length() < 6; rest /= digits.length()) {
            checksum.insert(0, digits.charAt((int) (rest % digits.length())));
        }
        return unchecked + checksum;
    }
}
