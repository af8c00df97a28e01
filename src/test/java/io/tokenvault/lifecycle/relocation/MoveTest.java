package io.tokenvault.lifecycle.relocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@QuarkusTest
@QuarkusTestResource(Postgres.class)
class MoveTest {
    private static final EnvironmentName MOVING = new EnvironmentName("moving");
    private static final String MOVE = "/v1/environments/moving/move";
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    Backends backends;

    private Deployment service;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
    }

    @AfterEach
    void noFaultIsLeft() {
        FaultPoint.disarm();
    }

    private JsonNode environment() {
        return service.admin()
                .get("/v1/environments")
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .filter(each -> each.path("name").asText().equals("moving"))
                .findFirst()
                .orElseThrow();
    }

    private String backend() {
        return environment().path("backend").asText();
    }

    private String elsewhere() {
        return backend().equals("main") ? "spare" : "main";
    }

    private HttpAnswer move(String body) {
        return service.admin().post(MOVE, body);
    }

    private void moved(String body) {
        Jobs.succeeded(service.admin(), move(body));
    }

    private Optional<StoredSecret> secret(String backend, String connection) {
        return backends.demand(backend).get(new SecretName.ConnectionToken(MOVING, new ConnectionId(connection)));
    }

    private String token(String backend, String connection) {
        return secret(backend, connection)
                .map(stored -> stored.value().reveal().path("token").asText())
                .orElse("none");
    }

    private static String id(HttpAnswer created) {
        return created.text("/connection/connection_id");
    }

    private void secretMode() {
        if (environment().path("storage").asText().equals("sealed")) {
            moved("{\"storage\":\"secret\"}");
        }
    }

    @Test
    void everySecretAndTheKeyringGoToTheOtherBackend() {
        secretMode();
        HttpAnswer live = service.connect("moving", "");
        HttpAnswer revoked = service.connect("moving", "");
        service.admin()
                .post("/v1/tokens/" + revoked.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        String from = backend();
        String to = elsewhere();

        moved("{\"backend\":\"" + to + "\"}");

        assertThat(backend()).isEqualTo(to);
        assertThat(token(to, id(live))).isEqualTo(live.text("/token/token"));
        assertThat(token(to, id(revoked))).isEqualTo("null");
        assertThat(secret(from, id(live))).isEmpty();
        assertThat(secret(from, id(revoked))).isEmpty();
        assertThat(backends.demand(from).get(new SecretName.Keyring(MOVING))).isEmpty();
        assertThat(backends.demand(to).get(new SecretName.Keyring(MOVING))).isPresent();
        assertThat(service.verdict(live.text("/token/token"), "moving")).isEqualTo("current");
        HttpAnswer shown = service.admin().get("/v1/connections/" + id(live)).expect(200);
        assertThat(shown.text("/data/secret/backend")).isEqualTo(to);
        assertThat(shown.json().at("/data/secret/published_at").isNull()).isFalse();
    }

    @Test
    void sealedDeletesTheNamesAndSecretBringsThemBack() {
        secretMode();
        HttpAnswer created = service.connect("moving", "");

        moved("{\"storage\":\"sealed\"}");
        boolean shown = service.admin()
                .get("/v1/connections/" + id(created))
                .expect(200)
                .json()
                .at("/data/secret")
                .isNull();
        Optional<StoredSecret> whileSealed = secret(backend(), id(created));
        String meanwhile = service.connect("moving", "").text("/connection/connection_id");
        moved("{\"storage\":\"secret\"}");

        assertThat(shown).isTrue();
        assertThat(whileSealed).isEmpty();
        assertThat(token(backend(), id(created))).isEqualTo(created.text("/token/token"));
        assertThat(secret(backend(), meanwhile)).isPresent();
        assertThat(service.verdict(created.text("/token/token"), "moving")).isEqualTo("current");
    }

    @Test
    void aDryRunSaysWhatWouldHappenAndDoesNothing() {
        secretMode();
        String connection = id(service.connect("moving", ""));
        String to = elsewhere();

        HttpAnswer answer =
                move("{\"backend\":\"" + to + "\",\"dry_run\":true}").expect(200);

        assertThat(answer.text("/data/state")).isEqualTo("succeeded");
        assertThat(answer.text("/plan/to/backend")).isEqualTo(to);
        assertThat(answer.json().at("/plan/keyring").asBoolean()).isTrue();
        assertThat(answer.json().at("/plan/copied/count").asInt()).isPositive();
        assertThat(answer.body()).contains("token-vault/moving/" + connection + "/token");
        assertThat(backend()).isNotEqualTo(to);
        assertThat(secret(to, connection)).isEmpty();
    }

    @Test
    void whereItIsAlreadyIsAConflict() {
        assertThat(move("{\"backend\":\"" + backend() + "\"}").expect(409).text("/code"))
                .isEqualTo("conflict");
        assertThat(move("{}").expect(409).text("/code")).isEqualTo("conflict");
    }

    @Test
    void anUnknownBackendOrModeIsAMistake() {
        assertThat(move("{\"backend\":\"nowhere\"}").expect(400).text("/errors/0/field"))
                .isEqualTo("backend");
        assertThat(move("{\"storage\":\"open\"}").expect(400).text("/errors/0/field"))
                .isEqualTo("storage");
    }

    @Test
    void aScheduledRotationNeedsSecrets() {
        HttpAnswer refused = service.admin()
                .post("/v1/environments/rotating/move", "{\"storage\":\"sealed\"}")
                .expect(409);

        assertThat(refused.text("/code")).isEqualTo("conflict");
        assertThat(refused.text("/detail")).contains("rotation.period");
    }

    @Test
    void aBoundOperatorDoesNotSeeAForeignEnvironment() {
        HttpAnswer refused = service.operator("admin", "sandbox").post(MOVE, "{}");

        assertThat(refused.status()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "MOVE_AFTER_OPEN",
                "MOVE_AFTER_KEYRING",
                "MOVE_AFTER_COPY",
                "MOVE_BEFORE_SWITCH",
                "MOVE_AFTER_CLEARING",
                "MOVE_AFTER_DELETE",
                "MOVE_AFTER_CLOSE"
            })
    void aMoveEndsWellWhateverStepFails(FaultPoint point) {
        secretMode();
        HttpAnswer created = service.connect("moving", "");
        String from = backend();
        String to = elsewhere();
        point.arm(FaultPoint.Action.THROW);

        moved("{\"backend\":\"" + to + "\"}");

        assertThat(token(to, id(created))).isEqualTo(created.text("/token/token"));
        assertThat(Waiting.until(SOON, () -> secret(from, id(created)).isEmpty()))
                .isTrue();
        assertThat(backends.demand(from).get(new SecretName.Keyring(MOVING))).isEmpty();
        assertThat(service.verdict(created.text("/token/token"), "moving")).isEqualTo("current");
    }
}
