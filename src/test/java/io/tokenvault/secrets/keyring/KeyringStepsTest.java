package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.local.LocalSecretsBackend;
import io.tokenvault.token.EnvironmentName;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of a rotation, seen by two replicas, and cut off between the backend and the database. */
class KeyringStepsTest {
    private static final EnvironmentName SYSTEM = EnvironmentName.SYSTEM;
    private static final byte[] DATA = "data".getBytes(UTF_8);

    private static EmbeddedPostgres postgres;

    @TempDir
    private Path folder;

    private SecretsBackend backend;
    private Keyrings keyrings;
    private Keyrings other;
    private KeyringRotation rotation;
    private KeyringReplicas replicas;

    @BeforeAll
    static void startDatabase() throws IOException {
        postgres =
                EmbeddedPostgres.builder().setLocaleConfig("locale", "C.UTF-8").start();
        Flyway.configure().dataSource(database()).load().migrate();
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void twoReplicas() throws SQLException {
        sql("truncate keyring, replica");
        backend = LocalSecretsBackend.open("main", folder.resolve("secrets"), folder.resolve("key"));
        keyrings = loaded();
        other = loaded();
        rotation = new KeyringRotation(keyrings, backends(), database());
        replicas = new KeyringReplicas(database());
        replicas.enter(keyrings.generations(), Map.of());
    }

    private static DataSource database() {
        return postgres.getPostgresDatabase();
    }

    private static void sql(String text) throws SQLException {
        try (Connection connection = database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    private Backends backends() {
        return new Backends(Map.of("main", backend), Map.of(SYSTEM, "main"));
    }

    private Keyrings loaded() {
        Keyrings loaded = new Keyrings(new Environments(List.of()), backends(), database(), Duration.ofMillis(300));
        loaded.load();
        return loaded;
    }

    /** New keys in use, announced, and loaded by the replica that rotates. */
    private void rotate() throws SQLException {
        rotation.announce(SYSTEM, rotation.addKeys(SYSTEM));
        rotation.announce(SYSTEM, rotation.promote(SYSTEM));
        keyrings.reload(SYSTEM);
        replicas.report(keyrings.generations(), Map.of());
    }

    @Test
    void repeatedStepsWriteOnce() {
        assertThat(rotation.addKeys(SYSTEM)).isEqualTo(2).isEqualTo(rotation.addKeys(SYSTEM));
        assertThat(rotation.promote(SYSTEM)).isEqualTo(3).isEqualTo(rotation.promote(SYSTEM));
        assertThat(rotation.removeOlder(SYSTEM)).isEmpty();
    }

    @Test
    void aReplicaThatMissedARotationLooksOnceItSeesANewKey() throws SQLException {
        rotate();
        byte[] mac = keyrings.compute(SYSTEM, DATA);
        byte[] sealed = keyrings.seal(SYSTEM, "row", DATA);

        assertThat(other.matches(SYSTEM, mac, DATA)).isTrue();
        assertThat(other.unseal(SYSTEM, "row", sealed)).isEqualTo(DATA);
        assertThat(other.generation(SYSTEM)).isEqualTo(3);
    }

    @Test
    void aReplicaThatWasSilentMakesNothingNewAndGoesOnChecking() {
        byte[] mac = other.compute(SYSTEM, DATA);
        byte[] sealed = other.seal(SYSTEM, "row", DATA);

        other.confirmation().give(System.nanoTime() - Duration.ofSeconds(11).toNanos());

        assertThatThrownBy(() -> other.compute(SYSTEM, DATA)).isInstanceOf(KeysUnconfirmedException.class);
        assertThatThrownBy(() -> other.seal(SYSTEM, "row", DATA)).isInstanceOf(KeysUnconfirmedException.class);
        assertThat(other.matches(SYSTEM, mac, DATA)).isTrue();
        assertThat(other.unseal(SYSTEM, "row", sealed)).isEqualTo(DATA);
    }

    @Test
    void oldKeysStayWhileAReplicaUsesThem() throws SQLException {
        KeyringReplicas others = new KeyringReplicas(database());
        others.enter(other.generations(), Map.of());
        rotate();
        others.report(other.generations(), Map.of());

        assertThat(rotation.removeOlder(SYSTEM)).isEmpty();
        assertThat(backend.get(new SecretName.Keyring(SYSTEM)))
                .map(StoredSecret::generation)
                .contains(3L);

        other.reload(SYSTEM);
        others.report(other.generations(), Map.of());
        assertThat(rotation.removeOlder(SYSTEM)).hasValue(4);
    }

    @Test
    void keysThatWereAddedAndNotAnnouncedDoNotStopAStart() {
        rotation.addKeys(SYSTEM);

        assertThat(loaded().generation(SYSTEM)).isEqualTo(2);
    }

    @Test
    void aFingerprintThatIsAheadOfThePromotionDoesNotStopAStart() throws SQLException {
        rotation.announce(SYSTEM, rotation.addKeys(SYSTEM));
        new KeyringRecords(database())
                .replace(
                        SYSTEM,
                        Keyring.of(backend.get(new SecretName.Keyring(SYSTEM))
                                        .orElseThrow()
                                        .value())
                                .orElseThrow()
                                .promoted()
                                .fingerprint(SYSTEM));

        assertThatCode(this::loaded).doesNotThrowAnyException();
        assertThat(rotation.promote(SYSTEM)).isEqualTo(3);
    }

    @Test
    void keysThatWereRemovedAndNotAnnouncedDoNotStopAStart() throws SQLException {
        rotate();

        rotation.removeOlder(SYSTEM);

        assertThat(loaded().generation(SYSTEM)).isEqualTo(4);
    }

    @Test
    void anEarlierGenerationThanAnnouncedIsRefused() throws SQLException {
        sql("update keyring set generation = 9");

        assertThatThrownBy(this::loaded)
                .isInstanceOf(KeyringRefusal.class)
                .hasMessageContainingAll("keyring", "system", "generation 1", "9");
    }

    @Test
    void aDatabaseFromBeforeARotationGoesWithTheKeyringUntilTheRetirement() throws SQLException {
        byte[] fingerprint = remembered();
        rotate();
        byte[] mac = keyrings.compute(SYSTEM, DATA);
        restore(fingerprint);

        assertThat(loaded().matches(SYSTEM, mac, DATA)).isTrue();
        rotation.rely(SYSTEM);
        rotation.removeOlder(SYSTEM);
        assertThat(loaded().matches(SYSTEM, mac, DATA)).isTrue();
        restore(fingerprint);
        assertThatThrownBy(this::loaded).isInstanceOf(KeyringRefusal.class).hasMessageContaining("not the one");
    }

    @Test
    void keysThatTheDatabaseInsistsOnAreNotRemoved() throws SQLException {
        byte[] fingerprint = remembered();
        rotate();
        restore(fingerprint);

        assertThatThrownBy(() -> rotation.removeOlder(SYSTEM)).isInstanceOf(IllegalStateException.class);
        assertThatCode(this::loaded).doesNotThrowAnyException();
    }

    private static byte[] remembered() throws SQLException {
        return new KeyringRecords(database())
                .find(SYSTEM)
                .orElseThrow()
                .fingerprint()
                .bytes();
    }

    /** As a dump of the database from before the rotation does. */
    private static void restore(byte[] fingerprint) throws SQLException {
        new KeyringRecords(database()).replace(SYSTEM, new KeyringRecords.Fingerprint(fingerprint));
        sql("update keyring set generation = 1");
    }
}
