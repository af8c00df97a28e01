package io.tokenvault.lifecycle.restoration;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.coherence.AuditHistory;
import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the mark says of the database, and the ways out. Marks above the head stand for a database that lost changes. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class RestoredDatabaseTest {
    private static final SecretName MARK = new SecretName.Mark();
    private static final String UNKNOWN_EVENT = "e000000000000000000000000";

    @Inject
    MarkKeeper keeper;

    @Inject
    MarkRecords records;

    @Inject
    AuditHistory log;

    @Inject
    RestoredDatabase restored;

    @Inject
    Backends backends;

    /** Other tests use the same database. */
    @AfterEach
    void decide() {
        if (restored.isRestored()) {
            decision("{\"decision\":\"accept\",\"reason\":\"end of the test\"}").expect(200);
        }
    }

    @Test
    void aMarkAtTheHeadSaysNothing() {
        AuditHistory.Head head = headAfterAChange();

        mark(head.log(), head.number(), head.event());

        assertThat(restored.isRestored()).isFalse();
    }

    @Test
    void aMarkAboveTheHeadTellsThatChangesAreMissing() {
        AuditHistory.Head head = headAfterAChange();

        mark(head.log(), head.number() + 1000, UNKNOWN_EVENT);

        assertThat(restored.isRestored()).isTrue();
        assertThat(service().validate("x", "production", "").text("/code")).isEqualTo("database_restored");
    }

    /** A copy that went on for a while has the number, and another change under it. */
    @Test
    void anotherChangeAtTheMarkTellsItToo() {
        AuditHistory.Head head = headAfterAChange();

        mark(head.log(), head.number(), UNKNOWN_EVENT);

        assertThat(restored.isRestored()).isTrue();
    }

    @Test
    void aMarkThatNamesNoLogIsJudgedByItsNumber() {
        AuditHistory.Head head = headAfterAChange();

        mark(head.log() + "-of-another-database", head.number() + 1000, UNKNOWN_EVENT);
        boolean byAnotherLog = restored.isRestored();
        mark(null, log.head().number() + 5000, null);

        assertThat(byAnotherLog).isFalse();
        assertThat(restored.isRestored()).isTrue();
    }

    @Test
    void theMarkOfAnotherDatabaseIsGoneAbove() {
        AuditHistory.Head head = headAfterAChange();

        mark(head.log() + "-of-another-database", head.number() + 1000, UNKNOWN_EVENT);

        assertThat(restored.isRestored()).isFalse();
        assertThat(log.head().number()).isGreaterThan(head.number() + 1000);
        assertThat(log.head().log()).isEqualTo(head.log());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBackendThatIsDownChangesNothing(boolean before) {
        AuditHistory.Head head = headAfterAChange();
        if (before) {
            mark(head.log(), head.number() + 1000, UNKNOWN_EVENT);
        }

        new MarkKeeper(
                        new Backends(Map.of("main", new AbsentBackend()), Map.of(EnvironmentName.SYSTEM, "main")),
                        log,
                        restored,
                        records)
                .everyMinute();

        assertThat(restored.isRestored()).isEqualTo(before);
    }

    @Test
    void whatTightensIsStillDone() {
        HttpAnswer connection = service().connect("production", "");
        AuditHistory.Head head = log.head();
        mark(head.log(), head.number() + 1000, UNKNOWN_EVENT);

        service()
                .admin()
                .post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        decision("{\"decision\":\"accept\",\"reason\":\"drill\"}").expect(200);

        assertThat(service().verdict(connection.text("/token/token"), "production"))
                .isEqualTo("revoked");
    }

    @Test
    void nothingCanBeTrusted() {
        HttpAnswer secret = service().connect("production", "");
        HttpAnswer sealed = service().connect("vaulted", "");
        AuditHistory.Head head = log.head();
        mark(head.log(), head.number() + 1000, UNKNOWN_EVENT);

        HttpAnswer answer = decision("{\"decision\":\"retire_keyrings\",\"reason\":\"drill\"}")
                .expect(200);

        assertThat(answer.json().path("revoked").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(answer.text("/effective/how")).isEqualTo("single_replica");
        assertThat(answer.json().at("/data/restored").asBoolean()).isFalse();
        assertThat(service().verdict(secret.text("/token/token"), "production")).isEqualTo("revoked");
        assertThat(service().verdict(sealed.text("/token/token"), "vaulted")).isEqualTo("revoked");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"decision\":\"accept\"}",
                "{\"decision\":\"accept\",\"reason\":\" \"}",
                "{\"decision\":\"forget\",\"reason\":\"r\"}",
                "{\"decision\":\"accept\",\"reason\":\"r\",\"events\":[{}]}",
                "{\"decision\":\"replay_revocations\",\"reason\":\"r\"}",
                "{\"decision\":\"replay_revocations\",\"reason\":\"r\",\"events\":[]}",
                "{\"decision\":\"replay_revocations\",\"reason\":\"r\",\"events\":[{\"event_id\":\"e1\"}]}"
            })
    void anUnclearDecisionIsNone(String body) {
        assertThat(decision(body).text("/code")).isEqualTo("malformed_request");
    }

    @Test
    void thereIsNothingToDecideAboutACompleteDatabase() {
        assertThat(decision("{\"decision\":\"accept\",\"reason\":\"r\"}").text("/code"))
                .isEqualTo("conflict");
        assertThat(decision("{\"decision\":\"retire_keyrings\",\"reason\":\"r\"}")
                        .text("/code"))
                .isEqualTo("conflict");
    }

    @Test
    void onlyWhoIsBoundToAllEnvironmentsMayDecide() {
        HttpAnswer answer = service()
                .operator("admin", "production")
                .post("/v1/restored-database/decision", "{\"decision\":\"accept\",\"reason\":\"r\"}");

        assertThat(answer.status()).isEqualTo(403);
    }

    /** A head that is this test's own, so that no mark of another test was at it. */
    private AuditHistory.Head headAfterAChange() {
        service().connect("production", "");
        return log.head();
    }

    private void mark(@Nullable String ofLog, long head, @Nullable String event) {
        long generation = system().get(MARK).map(StoredSecret::generation).orElse(0L) + 1;
        system().put(MARK, new HeadMark(ofLog, head, event, null).toSecret(generation), generation);
        keeper.compare();
    }

    private SecretsBackend system() {
        return backends.of(EnvironmentName.SYSTEM);
    }

    private static HttpAnswer decision(String body) {
        return service().admin().post("/v1/restored-database/decision", body);
    }

    private static Deployment service() {
        return Deployment.current();
    }

    /** Nobody answers there. */
    private static final class AbsentBackend implements SecretsBackend {
        @Override
        public Publication put(SecretName name, SecretValue value, long generation) {
            throw unavailable("put", name);
        }

        @Override
        public Optional<StoredSecret> get(SecretName name) {
            throw unavailable("get", name);
        }

        @Override
        public void delete(SecretName name) {
            throw unavailable("delete", name);
        }

        @Override
        public void check() {
            throw unavailable("check", null);
        }

        private static Unavailable unavailable(String operation, @Nullable SecretName name) {
            return new Unavailable(new Site("main", operation, name, "by the test", null), null);
        }
    }
}
