package io.tokenvault.secrets;

import static io.tokenvault.secrets.Publication.CURRENT;
import static io.tokenvault.secrets.Publication.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every {@link SecretsBackend} keeps, adapter or decorator. Each test has names of its own. */
public abstract class SecretsBackendContract {
    protected static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    protected static final EnvironmentName SANDBOX = new EnvironmentName("sandbox");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ConnectionId connection = ConnectionId.random(RANDOM);
    private final SecretName name = new SecretName.ConnectionToken(PRODUCTION, connection);

    /** The backend under test. */
    protected abstract SecretsBackend backend();

    /** Another instance on the same store, as a second replica has it. */
    protected abstract SecretsBackend replica();

    protected static ObjectNode json() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static SecretValue value(String token, long generation) {
        return SecretValue.of(json().put("token", token).put("generation", generation));
    }

    @Test
    void nothingIsThereAtFirst() {
        assertThat(backend().get(name)).isEmpty();
    }

    @Test
    void whatWasPutIsThere() {
        Publication outcome = backend().put(name, value("a", 1), 1);

        assertThat(outcome).isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("a", 1), 1));
    }

    @Test
    void whatWasPutIsThereForOtherReplicas() {
        backend().put(name, value("a", 1), 1);

        assertThat(replica().get(name)).contains(new StoredSecret(value("a", 1), 1));
    }

    @Test
    void aLaterGenerationReplacesAnEarlierOne() {
        backend().put(name, value("a", 1), 1);

        Publication outcome = replica().put(name, value("b", 2), 2);

        assertThat(outcome).isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("b", 2), 2));
    }

    @Test
    void generationsMayBeLeftOut() {
        backend().put(name, value("a", 3), 3);

        assertThat(backend().put(name, value("b", 5_000_000_000L), 5_000_000_000L))
                .isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("b", 5_000_000_000L), 5_000_000_000L));
    }

    @Test
    void anEarlierGenerationNeverReplacesALaterOne() {
        backend().put(name, value("b", 2), 2);

        Publication outcome = replica().put(name, value("a", 1), 1);

        assertThat(outcome).isEqualTo(SUPERSEDED);
        assertThat(backend().get(name)).contains(new StoredSecret(value("b", 2), 2));
    }

    @Test
    void repeatingChangesNothing() {
        backend().put(name, value("a", 1), 1);

        assertThat(backend().put(name, value("a", 1), 1)).isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("a", 1), 1));
    }

    @Test
    void theFirstValueOfAGenerationStays() {
        backend().put(name, value("first", 1), 1);

        assertThat(replica().put(name, value("second", 1), 1)).isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("first", 1), 1));
    }

    @Test
    void moreGenerationsThanAStoreKeepsVersions() {
        for (long generation = 1; generation <= 15; generation++) {
            backend().put(name, value("t" + generation, generation), generation);
        }

        assertThat(backend().get(name)).contains(new StoredSecret(value("t15", 15), 15));
    }

    @Test
    void aRevokedTokenIsAValueWithNull() {
        SecretValue revoked = SecretValue.of(json().putNull("token")
                .put("token_id", "0123456789AB")
                .put("revoked_at", "2030-01-01T00:00:00.000Z")
                .put("generation", 2));

        backend().put(name, revoked, 2);

        assertThat(backend().get(name)).contains(new StoredSecret(revoked, 2));
    }

    @Test
    void aValueOf24000Bytes() {
        String around = json().put("generation", 1).put("token", "").toString();
        SecretValue large = value("x".repeat(24_000 - around.length()), 1);

        backend().put(name, large, 1);

        assertThat(backend().get(name)).contains(new StoredSecret(large, 1));
    }

    @Test
    void everyKindOfJsonComesBack() {
        ObjectNode object = json().put("text", "äß€😀 \"<&>\\ \u0001\n")
                .put("empty", "")
                .put("yes", true)
                .put("largest", (1L << 53) - 1)
                .put("decimal", new BigDecimal("12.5"))
                .put("generation", 1);
        object.putArray("list").add(1).add("two").addNull();
        object.putObject("inner").put("z", 1).put("a", 2);

        backend().put(name, SecretValue.of(object), 1);

        assertThat(backend().get(name)).contains(new StoredSecret(SecretValue.of(object), 1));
    }

    @Test
    void theValueSaysItsGeneration() {
        backend().put(name, SecretValue.of(json().put("token", "a")), 7);

        assertThat(backend().get(name)).contains(new StoredSecret(value("a", 7), 7));
    }

    @Test
    void environmentsAreApart() {
        SecretName same = new SecretName.ConnectionToken(SANDBOX, connection);
        backend().put(name, value("production", 2), 2);

        backend().put(same, value("sandbox", 1), 1);

        assertThat(backend().get(name)).contains(new StoredSecret(value("production", 2), 2));
        assertThat(backend().get(same)).contains(new StoredSecret(value("sandbox", 1), 1));
    }

    @Test
    void connectionsAreApart() {
        SecretName other = new SecretName.ConnectionToken(PRODUCTION, ConnectionId.random(RANDOM));
        backend().put(name, value("a", 1), 1);

        backend().put(other, value("b", 1), 1);
        backend().delete(other);

        assertThat(backend().get(name)).contains(new StoredSecret(value("a", 1), 1));
    }

    @Test
    void aKeyringIsASecretLikeAnyOther() {
        EnvironmentName fresh = new EnvironmentName("k" + connection.value().substring(1, 12));
        SecretName keyring = new SecretName.Keyring(fresh);

        backend().put(keyring, value("keys", 1), 1);

        assertThat(replica().get(keyring)).contains(new StoredSecret(value("keys", 1), 1));
    }

    @Test
    void deletedIsAbsent() {
        backend().put(name, value("a", 1), 1);

        backend().delete(name);

        assertThat(replica().get(name)).isEmpty();
    }

    @Test
    void deletingIsRepeatable() {
        backend().put(name, value("a", 1), 1);
        backend().delete(name);

        assertThatCode(() -> replica().delete(name)).doesNotThrowAnyException();
        assertThat(backend().get(name)).isEmpty();
    }

    @Test
    void deletingWhatNeverWas() {
        assertThatCode(() -> backend().delete(name)).doesNotThrowAnyException();
        assertThat(backend().get(name)).isEmpty();
    }

    @Test
    void aValueAfterADelete() {
        backend().put(name, value("a", 4), 4);
        backend().delete(name);

        assertThat(backend().put(name, value("b", 5), 5)).isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("b", 5), 5));
    }

    @Test
    void ofManyCallersTheLatestGenerationWins() throws Exception {
        List<Callable<Publication>> puts = LongStream.rangeClosed(1, 8)
                .<Callable<Publication>>mapToObj(generation ->
                        () -> either(generation).put(name, value("t" + generation, generation), generation))
                .toList();

        List<Publication> outcomes = atOnce(puts);

        assertThat(outcomes).last().isEqualTo(CURRENT);
        assertThat(backend().get(name)).contains(new StoredSecret(value("t8", 8), 8));
    }

    @Test
    void ofManyCallersWithOneGenerationOneIsFirst() throws Exception {
        List<Callable<Publication>> puts = IntStream.range(0, 8)
                .<Callable<Publication>>mapToObj(caller -> () -> either(caller).put(name, value("t" + caller, 1), 1))
                .toList();

        List<Publication> outcomes = atOnce(puts);

        assertThat(outcomes).containsOnly(CURRENT);
        Optional<StoredSecret> seen = backend().get(name);
        assertThat(seen).map(StoredSecret::generation).contains(1L);
        assertThat(replica().get(name)).isEqualTo(seen);
    }

    @Test
    void manyNamesAtOnce() throws Exception {
        List<SecretName> names = IntStream.range(0, 20)
                .<SecretName>mapToObj(_ -> new SecretName.ConnectionToken(PRODUCTION, ConnectionId.random(RANDOM)))
                .toList();

        atOnce(names.stream()
                .<Callable<Publication>>map(each -> () -> backend().put(each, value(each.path(), 1), 1))
                .toList());

        assertThat(names)
                .allSatisfy(each ->
                        assertThat(replica().get(each)).contains(new StoredSecret(value(each.path(), 1), 1)));
    }

    @Test
    void checkingChangesNothing() {
        backend().put(name, value("a", 1), 1);

        assertThatCode(backend()::check).doesNotThrowAnyException();
        assertThat(backend().get(name)).contains(new StoredSecret(value("a", 1), 1));
    }

    private SecretsBackend either(long caller) {
        return caller % 2 == 0 ? backend() : replica();
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        CyclicBarrier start = new CyclicBarrier(calls.size());
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            List<Future<T>> futures = calls.stream()
                    .map(call -> threads.submit(() -> {
                        start.await();
                        return call.call();
                    }))
                    .toList();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
        }
        return results;
    }
}
