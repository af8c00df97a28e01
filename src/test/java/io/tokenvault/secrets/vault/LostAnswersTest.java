package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.LossyProxy;
import io.tokenvault.testing.LossyProxy.Fate;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Written, but nobody knows: OpenBao carried a call out and its answer was lost on the way. */
class LostAnswersTest {
    private static final int CASES = 200;

    @TempDir
    private static Path folder;

    private static OpenBao server;
    private static LossyProxy proxy;
    private static SecretsBackend backend;

    private final SecretName name =
            new SecretName.ConnectionToken(new EnvironmentName("production"), ConnectionId.random(new SecureRandom()));

    @BeforeAll
    static void start() {
        server = OpenBao.start(folder);
        proxy = LossyProxy.to(server.url());
        backend = VaultSecretsBackend.connect(
                "main",
                Settings.backend(
                        Map.of("type", "vault", "url", proxy.url().toString(), "auth.token", OpenBao.ROOT_TOKEN)),
                Settings.unsafe("static-backend-token", "plain-http"));
    }

    @AfterEach
    void loseNothingMore() {
        proxy.plan(_ -> Fate.PASS);
    }

    @AfterAll
    static void stop() {
        proxy.close();
        server.close();
    }

    private static SecretValue value(long generation) {
        return SecretValue.of(JsonNodeFactory.instance
                .objectNode()
                .put("token", "t" + generation)
                .put("generation", generation));
    }

    @Test
    void aRepeatedPutSettlesItWithoutADuplicate() {
        int lost = 0;
        for (long generation = 1; generation <= CASES; generation++) {
            proxy.plan(request -> isWrite(request.method()) ? Fate.LOSE_ANSWER : Fate.PASS);
            try {
                backend.put(name, value(generation), generation);
            } catch (OutcomeUnknown expected) {
                lost++;
            }
            proxy.plan(_ -> Fate.PASS);

            assertThat(backend.put(name, value(generation), generation)).isEqualTo(Publication.CURRENT);
            assertThat(backend.get(name)).contains(new StoredSecret(value(generation), generation));
        }

        assertThat(lost).isEqualTo(CASES);
        assertThat(versions()).isEqualTo(CASES);
    }

    @Test
    void aRepeatedDeleteSettlesIt() {
        for (int round = 1; round <= CASES / 2; round++) {
            backend.put(name, value(round), round);
            proxy.plan(request -> isWrite(request.method()) ? Fate.LOSE_ANSWER : Fate.PASS);
            try {
                backend.delete(name);
                throw new AssertionError("the answer was not lost");
            } catch (OutcomeUnknown expected) {
                proxy.plan(_ -> Fate.PASS);
            }

            backend.delete(name);

            assertThat(backend.get(name)).isEmpty();
        }
    }

    @Test
    void whateverIsLostWhereverNoOlderValueIsSeen() {
        long seed = new SecureRandom().nextLong();
        Random random = new Random(seed);
        Fate[] fates = {Fate.LOSE_ANSWER, Fate.LOSE_REQUEST, Fate.CUT_ANSWER};
        long newest = 0;
        for (long generation = 1; generation <= CASES; generation++) {
            proxy.plan(_ -> random.nextInt(3) == 0 ? fates[random.nextInt(fates.length)] : Fate.PASS);
            boolean settled = false;
            while (!settled) {
                settled = attempt(generation);
                long seen = generationSeen(newest);
                assertThat(seen).as("seed %d", seed).isGreaterThanOrEqualTo(newest);
                newest = seen;
            }
            newest = generation;
        }
        proxy.plan(_ -> Fate.PASS);

        assertThat(versions()).as("seed %d", seed).isEqualTo(CASES);
        assertThat(backend.get(name)).contains(new StoredSecret(value(CASES), CASES));
    }

    private boolean attempt(long generation) {
        try {
            return backend.put(name, value(generation), generation) == Publication.CURRENT;
        } catch (OutcomeUnknown | Unavailable again) {
            return false;
        }
    }

    /** The generation that is read, or {@code otherwise} when none can be now; absence is generation 0. */
    private long generationSeen(long otherwise) {
        try {
            return backend.get(name).map(StoredSecret::generation).orElse(0L);
        } catch (SecretsBackendException notNow) {
            return otherwise;
        }
    }

    private static boolean isWrite(String method) {
        return !method.equals("GET");
    }

    private int versions() {
        return server.call("GET", "secret/metadata/" + name.path(), "")
                .at("/data/current_version")
                .intValue();
    }
}
