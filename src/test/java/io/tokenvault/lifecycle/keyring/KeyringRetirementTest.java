package io.tokenvault.lifecycle.keyring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class KeyringRetirementTest {
    private static final EnvironmentName RETIRED = new EnvironmentName("retired");
    private static final String RETIRE = "/v1/environments/retired/keyring/retire";
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    AgroalDataSource database;

    @Inject
    Backends backends;

    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    private void rotate() {
        Jobs.succeeded(service.admin(), service.admin().post("/v1/environments/retired/keyring/rotate", "{}"));
    }

    private HttpAnswer retire() {
        HttpAnswer begun = service.admin().post(RETIRE, "{\"reason\":\"leaked\"}");
        Jobs.succeeded(service.admin(), begun);
        return begun;
    }

    private String verdict(HttpAnswer issued) {
        return service.verdict(issued.text("/token/token"), "retired");
    }

    @Test
    void tokensOfOlderKeysEndAndThoseOfTheNewestLive() {
        HttpAnswer old = service.connect("retired", "");
        rotate();
        HttpAnswer fresh = service.connect("retired", "");

        HttpAnswer begun = service.admin().post(RETIRE, "{}").expect(202);

        assertThat(verdict(old)).isEqualTo("revoked");
        assertThat(begun.text("/effective/how")).isEqualTo("single_replica");
        assertThat(begun.header("Preference-Applied")).isEmpty();
        Jobs.succeeded(service.admin(), begun);
        assertThat(verdict(old)).isEqualTo("revoked");
        assertThat(verdict(fresh)).isEqualTo("current");
        HttpAnswer token =
                service.admin().get("/v1/tokens/" + old.text("/token/token_id")).expect(200);
        assertThat(token.text("/data/revoke_reason")).isEqualTo("keyring generation retired");
    }

    @Test
    void aDryRunCountsWhatTheRealOneEnds() {
        String connection = service.connect("retired", "").text("/connection/connection_id");
        service.admin()
                .post("/v1/connections/" + connection + "/rotate", "{\"overlap\":\"PT1H\"}")
                .expect(200);
        rotate();

        HttpAnswer dry = service.admin().post(RETIRE, "{\"dry_run\":true}").expect(200);
        HttpAnswer real = retire();

        assertThat(dry.json().at("/affected/tokens").asInt())
                .isGreaterThan(dry.json().at("/affected/connections").asInt());
        assertThat(real.json().path("affected")).isEqualTo(dry.json().path("affected"));
        assertThat(dry.json().path("effective").isNull()).isTrue();
        HttpAnswer again = service.admin().post(RETIRE, "{\"dry_run\":true}").expect(200);
        assertThat(again.json().at("/affected/tokens").asInt()).isZero();
    }

    @Test
    void nothingIsRetiredWhereThereIsOneGeneration() {
        rotate();
        retire();
        HttpAnswer token = service.connect("retired", "");

        HttpAnswer again = retire();

        assertThat(again.json().path("effective").isNull()).isTrue();
        assertThat(verdict(token)).isEqualTo("current");
    }

    @Test
    void consumersReadThatTheTokenIsRevoked() {
        ConnectionId connection =
                new ConnectionId(service.connect("retired", "").text("/connection/connection_id"));
        rotate();

        retire();

        assertThat(Waiting.until(
                        SOON,
                        () -> backends.of(RETIRED)
                                .get(new SecretName.ConnectionToken(RETIRED, connection))
                                .filter(secret ->
                                        secret.value().reveal().path("token").isNull())
                                .isPresent()))
                .isTrue();
    }

    @Test
    void theKeyringInTheBackendKeepsOneKeyThatOpensAnything() {
        rotate();

        retire();

        JsonNode keyring = backends.of(RETIRED)
                .get(new SecretName.Keyring(RETIRED))
                .orElseThrow()
                .value()
                .reveal();
        assertThat(keyring.at("/aead/key")).hasSize(1);
        assertThat(keyring.at("/mac/key")
                        .valueStream()
                        .filter(key -> key.path("status").asText().equals("ENABLED")))
                .hasSize(1);
    }

    @Test
    void whatWasSealedBeforeStillOpens() {
        String body = "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"retired\","
                + "\"credentials\":{\"client_secret\":\"of the source\"}}";
        Map<String, String> key = Map.of("Idempotency-Key", "kept-over-a-retirement");
        rotate();
        HttpAnswer created =
                service.admin().send("POST", "/v1/connections", body, key).expect(201);

        retire();

        HttpAnswer repeated =
                service.admin().send("POST", "/v1/connections", body, key).expect(201);
        assertThat(repeated.text("/token/token")).isEqualTo(created.text("/token/token"));
    }

    @Test
    void aRowUnderARetiredKeyIsNeverLive() throws SQLException {
        HttpAnswer old = service.connect("retired", "");
        rotate();
        retire();

        revive(old.text("/token/token_id"));

        assertThat(verdict(old)).isEqualTo("revoked");
    }

    @Test
    void onlyTheHolderLearnsOfTheRetirement() {
        String token = service.connect("retired", "").text("/token/token");
        rotate();
        retire();
        String body = token.substring(0, token.length() - 7) + (token.charAt(token.length() - 7) == '0' ? '1' : '0');

        String verdict = service.verdict(body + checksum(body), "retired");

        assertThat(verdict).isEqualTo("unknown");
    }

    @Test
    void theSystemKeyringIsNotRetiredByAKeyThatWouldEnd() {
        String key = service.operatorKey("admin", "*");
        Jobs.succeeded(service.admin(), service.admin().post("/v1/environments/system/keyring/rotate", "{}"));

        HttpAnswer dry = service.anyone()
                .as(key)
                .post("/v1/environments/system/keyring/retire", "{\"dry_run\":true}")
                .expect(200);
        HttpAnswer real = service.anyone().as(key).post("/v1/environments/system/keyring/retire", "{}");

        assertThat(dry.json().at("/affected/operators").asInt()).isPositive();
        assertThat(real.expect(409).text("/detail")).contains("rotate that key first");
        service.anyone().as(key).get("/v1/environments").expect(200);
    }

    private static String checksum(String text) {
        String alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(US_ASCII));
        StringBuilder digits = new StringBuilder();
        for (long rest = crc.getValue(); digits.length() < 6; rest /= 62) {
            digits.insert(0, alphabet.charAt((int) (rest % 62)));
        }
        return digits.toString();
    }

    /** What an insider with write access to the database would do. */
    private void revive(String token) throws SQLException {
        try (Connection sql = database.getConnection();
                PreparedStatement update = sql.prepareStatement("""
                        update token set state = 'CURRENT', end_cause = null, revoked_at = null, revoke_reason = null
                        where token_id = ?
                        """)) {
            update.setString(1, token);
            assertThat(update.executeUpdate()).isOne();
        }
    }
}
