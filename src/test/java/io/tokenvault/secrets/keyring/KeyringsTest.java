package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.local.LocalSecretsBackend;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.Mark;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringsTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final EnvironmentName SANDBOX = new EnvironmentName("sandbox");
    private static final Environments ENVIRONMENTS =
            new Environments(List.of(environment(PRODUCTION, "prod"), environment(SANDBOX, "sbx")));
    private static final byte[] DATA = "data".getBytes(UTF_8);

    private static EmbeddedPostgres postgres;

    @TempDir
    private Path folder;

    private SecretsBackend backend;

    @BeforeAll
    static void startDatabase() throws IOException {
        postgres =
                EmbeddedPostgres.builder().setLocaleConfig("locale", "C.UTF-8").start();
        Flyway.configure().dataSource(postgres.getPostgresDatabase()).load().migrate();
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void forgetEverything() throws SQLException {
        backend = LocalSecretsBackend.open("main", folder.resolve("secrets"), folder.resolve("key"));
        sql("delete from keyring");
    }

    private static void sql(String statement) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static Environment environment(EnvironmentName name, String mark) {
        return new Environment(
                name,
                new Mark(mark),
                "main",
                Environment.StorageMode.SECRET,
                new Environment.Policy(null, null, null, Duration.ofHours(24)));
    }

    private static Keyrings keyrings(SecretsBackend backend) {
        Backends backends = new Backends(
                Map.of("main", backend), Map.of(EnvironmentName.SYSTEM, "main", PRODUCTION, "main", SANDBOX, "main"));
        return new Keyrings(ENVIRONMENTS, backends, postgres.getPostgresDatabase(), Duration.ofSeconds(1));
    }

    private Keyrings loaded() {
        Keyrings keyrings = keyrings(backend);
        keyrings.load();
        return keyrings;
    }

    @Test
    void anotherStartHasTheSameKeys() {
        Keyrings first = loaded();
        byte[] mac = first.compute(PRODUCTION, DATA);
        byte[] sealed = first.seal(PRODUCTION, "row 1", DATA);

        Keyrings second = loaded();

        assertThat(second.matches(PRODUCTION, mac, DATA)).isTrue();
        assertThat(second.unseal(PRODUCTION, "row 1", sealed)).isEqualTo(DATA);
    }

    @Test
    void aMacIsHmacSha256BehindTheIdOfItsKey() {
        assertThat(loaded().compute(PRODUCTION, DATA)).hasSize(5 + 32);
    }

    @Test
    void aMacOfOtherDataDoesNotMatch() {
        Keyrings keyrings = loaded();
        byte[] mac = keyrings.compute(PRODUCTION, DATA);

        assertThat(keyrings.matches(PRODUCTION, mac, "Data".getBytes(UTF_8))).isFalse();
    }

    @Test
    void aMacOfAnotherEnvironmentDoesNotMatch() {
        Keyrings keyrings = loaded();
        byte[] mac = keyrings.compute(PRODUCTION, DATA);

        assertThat(keyrings.matches(SANDBOX, mac, DATA)).isFalse();
        assertThat(keyrings.matches(EnvironmentName.SYSTEM, mac, DATA)).isFalse();
    }

    @Test
    void aMacThatIsNoneDoesNotMatch() {
        assertThat(loaded().matches(PRODUCTION, new byte[0], DATA)).isFalse();
    }

    @Test
    void noBitOfAMacMayChange() {
        Keyrings keyrings = loaded();
        byte[] mac = keyrings.compute(PRODUCTION, DATA);

        assertThat(IntStream.range(0, mac.length * 8).filter(bit -> {
                    byte[] changed = mac.clone();
                    changed[bit / 8] ^= (byte) (1 << bit % 8);
                    return keyrings.matches(PRODUCTION, changed, DATA);
                }))
                .isEmpty();
    }

    @Test
    void aSealedValueOpensInItsContextOnly() {
        Keyrings keyrings = loaded();
        byte[] sealed = keyrings.seal(PRODUCTION, "credentials/c1", DATA);

        assertThat(keyrings.unseal(PRODUCTION, "credentials/c1", sealed)).isEqualTo(DATA);
        assertThatThrownBy(() -> keyrings.unseal(PRODUCTION, "credentials/c2", sealed))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSealedValueOpensInItsEnvironmentOnly() {
        Keyrings keyrings = loaded();
        byte[] sealed = keyrings.seal(PRODUCTION, "row", DATA);

        assertThatThrownBy(() -> keyrings.unseal(SANDBOX, "row", sealed)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSealedValueThatWasChangedDoesNotOpen() {
        Keyrings keyrings = loaded();
        byte[] sealed = keyrings.seal(PRODUCTION, "row", DATA);
        sealed[sealed.length - 1] ^= 1;

        assertThatThrownBy(() -> keyrings.unseal(PRODUCTION, "row", sealed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageNotContaining("data");
    }

    @Test
    void sealingTwiceLooksDifferent() {
        Keyrings keyrings = loaded();

        assertThat(keyrings.seal(PRODUCTION, "row", DATA)).isNotEqualTo(keyrings.seal(PRODUCTION, "row", DATA));
    }

    @Test
    void nothingWorksBeforeTheKeysAreRead() {
        assertThatThrownBy(() -> keyrings(backend).compute(PRODUCTION, DATA)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aKeyringInTheBackendIsAdoptedByANewDatabase() throws SQLException {
        byte[] mac = loaded().compute(PRODUCTION, DATA);
        sql("delete from keyring");

        assertThat(loaded().matches(PRODUCTION, mac, DATA)).isTrue();
    }

    @Test
    void replicasThatStartTogetherHaveTheSameKeys() throws Exception {
        CyclicBarrier start = new CyclicBarrier(6);
        Callable<byte[]> replica = () -> {
            start.await();
            return loaded().seal(PRODUCTION, "row", DATA);
        };

        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Future<byte[]>> sealed =
                    IntStream.range(0, 6).mapToObj(_ -> threads.submit(replica)).toList();
            Keyrings last = keyrings(backend);
            for (Future<byte[]> each : sealed) {
                byte[] bytes = each.get();
                last.load();
                assertThat(last.unseal(PRODUCTION, "row", bytes)).isEqualTo(DATA);
            }
        }
    }

    @Test
    void aLostKeyringIsRefusedAndNotReplaced() {
        loaded();
        backend.delete(new SecretName.Keyring(PRODUCTION));

        assertThatThrownBy(this::loaded)
                .isInstanceOf(KeyringRefusal.class)
                .hasMessageContainingAll("keyring", "production", "Restore")
                .message()
                .doesNotContain("\n");
        assertThat(backend.get(new SecretName.Keyring(PRODUCTION))).isEmpty();
    }

    @Test
    void anotherKeyringIsRefused() {
        loaded();
        SecretName name = new SecretName.Keyring(SANDBOX);
        backend.put(name, Keyring.generate().toSecret(2), 2);

        assertThatThrownBy(this::loaded)
                .isInstanceOf(KeyringRefusal.class)
                .hasMessageContainingAll("keyring", "sandbox", "not the one");
    }

    @Test
    void aKeyringWithAnotherSealingKeyIsRefused() {
        loaded();
        SecretName name = new SecretName.Keyring(SANDBOX);
        Keyring known = Keyring.of(backend.get(name).orElseThrow().value()).orElseThrow();
        backend.put(name, new Keyring(known.mac(), SealingKey.generate()).toSecret(2), 2);

        assertThatThrownBy(this::loaded).isInstanceOf(KeyringRefusal.class).hasMessageContaining("not the one");
    }

    @Test
    void somethingElseInItsPlaceIsRefusedAndNotQuoted() {
        SecretValue foreign =
                SecretValue.of(JsonNodeFactory.instance.objectNode().put("mac", "not-for-logs"));
        backend.put(new SecretName.Keyring(EnvironmentName.SYSTEM), foreign, 1);

        assertThatThrownBy(this::loaded)
                .isInstanceOf(KeyringRefusal.class)
                .hasMessageContainingAll("keyring", "system", "something else")
                .hasMessageNotContaining("not-for-logs");
    }

    @Test
    void aBackendThatIsDownIsAskedAgain() {
        UnreliableBackend unreliable = new UnreliableBackend(backend, 2);

        assertThatCode(() -> keyrings(unreliable).load()).doesNotThrowAnyException();
    }

    @Test
    void aBackendThatStaysDownIsRefused() {
        UnreliableBackend down = new UnreliableBackend(backend, Integer.MAX_VALUE);

        assertThatThrownBy(() -> keyrings(down).load())
                .isInstanceOf(KeyringRefusal.class)
                .hasMessageContainingAll("keyring", "system", "unavailable");
    }

    @Test
    void aRefusalEndsTheStart() {
        loaded();
        backend.delete(new SecretName.Keyring(PRODUCTION));

        // Quarkus prints the message of this class alone, and exits with 1.
        assertThatThrownBy(() -> keyrings(backend).start(new StartupEvent()))
                .isInstanceOf(ConfigurationException.class);
    }
}
