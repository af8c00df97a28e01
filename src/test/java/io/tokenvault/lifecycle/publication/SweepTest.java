package io.tokenvault.lifecycle.publication;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Sql;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody changes the backend behind the service's back. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class SweepTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final EnvironmentName SANDBOX = new EnvironmentName("sandbox");
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final int MORE_THAN_DAMAGE = 15;

    @Inject
    Backends backends;

    @Inject
    Sweep sweep;

    @Inject
    AgroalDataSource dataSource;

    private Sql sql;
    private Deployment service;
    private String connection;
    private String token;
    private SecretName name;
    private SecretsBackend backend;

    @BeforeEach
    void aPublishedConnection() {
        sql = new Sql(dataSource);
        service = Deployment.current();
        HttpAnswer created = service.connect("production", "");
        connection = created.text("/connection/connection_id");
        token = created.text("/token/token");
        name = new SecretName.ConnectionToken(PRODUCTION, new ConnectionId(connection));
        backend = backends.of(PRODUCTION);
        assertThat(Waiting.until(SOON, () -> backend.get(name).isPresent())).isTrue();
    }

    @Test
    void whatIsRightStaysAsItIs() {
        long generation = backend.get(name).orElseThrow().generation();

        assertThat(lookedAtUntil(() -> sql.number("""
                        select count(*) from publication where connection_id = ? and next_check_at > now()
                        """, connection) == 1)).isTrue();

        assertThat(backend.get(name).orElseThrow().generation()).isEqualTo(generation);
        assertThat(healed()).isEmpty();
    }

    @Test
    void aMissingValueIsPutAgain() {
        backend.delete(name);

        assertThat(lookedAtUntil(() -> holds(token))).isTrue();

        assertThat(healed()).contains("missing");
        assertThat(service.verdict(token, "production")).isEqualTo("current");
    }

    @Test
    void anOlderValueIsReplaced() {
        String first = token;
        HttpAnswer rotated = service.admin()
                .post("/v1/connections/" + connection + "/rotate", "{\"overlap\":\"PT1H\"}")
                .expect(200);
        String second = rotated.text("/token/token");
        assertThat(Waiting.until(SOON, () -> holds(second))).isTrue();
        backend.delete(name);
        backend.put(name, SecretValue.parse("{\"token\":\"" + first + "\"}"), 1);

        assertThat(lookedAtUntil(() -> holds(second))).isTrue();

        assertThat(healed()).contains("older");
    }

    @Test
    void aValueThatWasAlteredIsReplacedUnderANewGeneration() {
        StoredSecret before = backend.get(name).orElseThrow();
        backend.delete(name);
        backend.put(name, SecretValue.of(before.value().reveal().put("token", "somebody else's")), before.generation());

        assertThat(lookedAtUntil(() -> holds(token))).isTrue();

        assertThat(backend.get(name).orElseThrow().generation()).isEqualTo(before.generation() + 1);
        assertThat(healed()).contains("altered");
        assertThat(service.verdict(token, "production")).isEqualTo("current");
    }

    @Test
    void aFileThatCannotBeReadIsReplaced() throws IOException {
        Files.writeString(
                Path.of("target/test-backend/secrets/token-vault/production", connection, "token.sealed"), "scribble");

        assertThat(lookedAtUntil(() -> holds(token))).isTrue();

        assertThat(healed()).contains("unreadable");
    }

    @Test
    void whatCameBackAfterADisconnectIsDeleted() {
        StoredSecret before = backend.get(name).orElseThrow();
        service.admin().delete("/v1/connections/" + connection).expect(200);
        assertThat(Waiting.until(SOON, () -> backend.get(name).isEmpty())).isTrue();
        backend.put(name, before.value(), before.generation());

        assertThat(lookedAtUntil(() -> backend.get(name).isEmpty())).isTrue();

        assertThat(healed()).contains("reappeared");
    }

    @Test
    void theNoteOfARevocationIsPutAgain() {
        service.admin()
                .post("/v1/tokens/" + token.substring(8, 20) + "/revoke", "{}")
                .expect(200);
        assertThat(Waiting.until(SOON, () -> tokenIn(backend.get(name)).isNull()))
                .isTrue();
        backend.delete(name);

        assertThat(lookedAtUntil(() -> backend.get(name).isPresent())).isTrue();

        assertThat(tokenIn(backend.get(name)).isNull()).isTrue();
    }

    @Test
    void aLaterGenerationIsLeftAlone() {
        SecretValue unknown = SecretValue.parse("{\"token\":\"of a later database\"}");
        backend.put(name, unknown, 1000);

        assertThat(lookedAtUntil(() -> sql.number("""
                        select count(*) from publication where connection_id = ? and next_check_at > now()
                        """, connection) == 1)).isTrue();

        assertThat(backend.get(name)).contains(new StoredSecret(unknown.withGeneration(1000), 1000));
        assertThat(healed()).isEmpty();
    }

    @Test
    void theValueOfATokenThatHasEndedIsNotMissed() {
        sql.change("update publication set sealed_value = null where connection_id = ?", connection);
        backend.delete(name);

        assertThat(lookedAtUntil(() -> sql.number("""
                        select count(*) from publication where connection_id = ? and next_check_at > now()
                        """, connection) == 1)).isTrue();

        assertThat(backend.get(name)).isEmpty();
    }

    /** As after a start with the wrong database: it wants nothing where the backend holds something, nearly everywhere. */
    @Test
    void aDatabaseThatDoesNotFitDeletesNothing() {
        List<String> foreign = IntStream.range(0, MORE_THAN_DAMAGE)
                .mapToObj(_ -> service.connect("sandbox", "").text("/connection/connection_id"))
                .toList();
        String ids = "'" + String.join("','", foreign) + "'";
        sql.change("update publication set wanted = 'NOTHING', next_check_at = now() where connection_id in (" + ids
                + ")");
        assertThat(Waiting.until(SOON, () -> {
                    sweep.sweep();
                    return sql.number("select count(*) from publication where suspected_at is not null"
                                    + " and connection_id in (" + ids + ")")
                            == MORE_THAN_DAMAGE;
                }))
                .isTrue();
        sql.change("update publication set next_check_at = now() where connection_id in (" + ids + ")");

        assertThat(Waiting.until(SOON, () -> {
                    sweep.sweep();
                    return sql.number("select count(*) from publication where next_check_at <= now()"
                                    + " and connection_id in (" + ids + ")")
                            == 0;
                }))
                .isTrue();

        assertThat(foreign)
                .allSatisfy(id -> assertThat(
                                backends.of(SANDBOX).get(new SecretName.ConnectionToken(SANDBOX, new ConnectionId(id))))
                        .isPresent());
        assertThat(sql.number("select count(*) from sweep_stop where environment = 'sandbox'"))
                .isEqualTo(1);
        assertThat(sql.number("select count(*) from audit_event where action = 'sweep.stop'"))
                .isEqualTo(1);

        sql.change("update publication set wanted = 'VALUE', suspected_at = null where connection_id in (" + ids + ")");
        assertThat(Waiting.until(SOON, () -> {
                    sweep.sweep();
                    return sql.number("select count(*) from sweep_stop") == 0;
                }))
                .isTrue();
    }

    /** Has the connection looked at again and again, without waiting for its time. */
    private boolean lookedAtUntil(java.util.function.BooleanSupplier condition) {
        sql.change("update publication set next_check_at = now() where connection_id = ?", connection);
        return Waiting.until(SOON, () -> {
            sql.change("""
                    update publication set next_check_at = now() where connection_id = ? and suspected_at is not null
                    """, connection);
            sweep.sweep();
            return condition.getAsBoolean();
        });
    }

    private boolean holds(String expected) {
        try {
            return tokenIn(backend.get(name)).asText().equals(expected);
        } catch (SecretsBackendException.Rejected unreadable) {
            return false;
        }
    }

    private static JsonNode tokenIn(Optional<StoredSecret> secret) {
        return secret.map(found -> found.value().reveal().path("token"))
                .orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
    }

    private List<String> healed() {
        return service.admin()
                .get("/v1/audit-events?action=secret.heal&object_id=" + connection)
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .map(event -> event.path("reason").asText())
                .toList();
    }
}
