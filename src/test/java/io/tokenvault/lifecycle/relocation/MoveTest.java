package io.tokenvault.lifecycle.relocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.testing.Waiting;
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
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    Backends backends;

    private Deployment service;
    private MovingEnvironment environment;

    @BeforeEach
    void aDeployment() {
        service = Deployment.current();
        environment = new MovingEnvironment(service, backends);
    }

    @AfterEach
    void noFaultIsLeft() {
        FaultPoint.disarm();
    }

    private static String id(HttpAnswer created) {
        return created.text("/connection/connection_id");
    }

    private void secretMode() {
        if (environment.described().path("storage").asText().equals("sealed")) {
            environment.moved("{\"storage\":\"secret\"}");
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
        String from = environment.backend();
        String to = environment.elsewhere();

        environment.moved("{\"backend\":\"" + to + "\"}");

        assertThat(environment.backend()).isEqualTo(to);
        assertThat(environment.token(to, id(live))).isEqualTo(live.text("/token/token"));
        assertThat(environment.token(to, id(revoked))).isEqualTo("null");
        assertThat(environment.secret(from, id(live))).isEmpty();
        assertThat(environment.secret(from, id(revoked))).isEmpty();
        assertThat(backends.demand(from).get(new SecretName.Keyring(MovingEnvironment.NAME)))
                .isEmpty();
        assertThat(backends.demand(to).get(new SecretName.Keyring(MovingEnvironment.NAME)))
                .isPresent();
        assertThat(service.verdict(live.text("/token/token"), "moving")).isEqualTo("current");
        HttpAnswer shown = service.admin().get("/v1/connections/" + id(live)).expect(200);
        assertThat(shown.text("/data/secret/backend")).isEqualTo(to);
        assertThat(shown.json().at("/data/secret/published_at").isNull()).isFalse();
    }

    @Test
    void sealedDeletesTheNamesAndSecretBringsThemBack() {
        secretMode();
        HttpAnswer created = service.connect("moving", "");

        environment.moved("{\"storage\":\"sealed\"}");
        boolean shown = service.admin()
                .get("/v1/connections/" + id(created))
                .expect(200)
                .json()
                .at("/data/secret")
                .isNull();
        Optional<StoredSecret> whileSealed = environment.secret(environment.backend(), id(created));
        String meanwhile = service.connect("moving", "").text("/connection/connection_id");
        environment.moved("{\"storage\":\"secret\"}");

        assertThat(shown).isTrue();
        assertThat(whileSealed).isEmpty();
        assertThat(environment.token(environment.backend(), id(created))).isEqualTo(created.text("/token/token"));
        assertThat(environment.secret(environment.backend(), meanwhile)).isPresent();
        assertThat(service.verdict(created.text("/token/token"), "moving")).isEqualTo("current");
    }

    @Test
    void aDryRunSaysWhatWouldHappenAndDoesNothing() {
        secretMode();
        String connection = id(service.connect("moving", ""));
        String to = environment.elsewhere();

        HttpAnswer answer = environment
                .move("{\"backend\":\"" + to + "\",\"dry_run\":true}")
                .expect(200);

        assertThat(answer.text("/data/state")).isEqualTo("succeeded");
        assertThat(answer.text("/plan/to/backend")).isEqualTo(to);
        assertThat(answer.json().at("/plan/keyring").asBoolean()).isTrue();
        assertThat(answer.json().at("/plan/copied/count").asInt()).isPositive();
        assertThat(answer.body()).contains("token-vault/moving/" + connection + "/token");
        assertThat(environment.backend()).isNotEqualTo(to);
        assertThat(environment.secret(to, connection)).isEmpty();
    }

    @Test
    void whereItIsAlreadyIsAConflict() {
        assertThat(environment
                        .move("{\"backend\":\"" + environment.backend() + "\"}")
                        .expect(409)
                        .text("/code"))
                .isEqualTo("conflict");
        assertThat(environment.move("{}").expect(409).text("/code")).isEqualTo("conflict");
    }

    @Test
    void anUnknownBackendOrModeIsAMistake() {
        assertThat(environment.move("{\"backend\":\"nowhere\"}").expect(400).text("/errors/0/field"))
                .isEqualTo("backend");
        assertThat(environment.move("{\"storage\":\"open\"}").expect(400).text("/errors/0/field"))
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
        HttpAnswer refused = service.operator("admin", "sandbox").post(MovingEnvironment.MOVE, "{}");

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
        String from = environment.backend();
        String to = environment.elsewhere();
        point.arm(FaultPoint.Action.THROW);

        environment.moved("{\"backend\":\"" + to + "\"}");

        assertThat(environment.token(to, id(created))).isEqualTo(created.text("/token/token"));
        assertThat(Waiting.until(
                        SOON, () -> environment.secret(from, id(created)).isEmpty()))
                .isTrue();
        assertThat(backends.demand(from).get(new SecretName.Keyring(MovingEnvironment.NAME)))
                .isEmpty();
        assertThat(service.verdict(created.text("/token/token"), "moving")).isEqualTo("current");
    }
}
