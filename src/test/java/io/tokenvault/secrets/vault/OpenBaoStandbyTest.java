package io.tokenvault.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.LossyProxy;
import io.tokenvault.testing.OpenBaoCluster;
import io.tokenvault.testing.Waiting;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes as they are by default: a standby answers reads from what it has, which may be old. Nothing wrong comes of
 * it, and whatever happens to the nodes, the service goes on as it is.
 */
class OpenBaoStandbyTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int NAMES = 50;

    @TempDir
    private static Path folder;

    private static OpenBaoCluster cluster;

    /** Sends every other request to each node, as a load balancer that does not look at their health. */
    private static LossyProxy balancer;

    private static SecretsBackend throughBoth;

    private SecretsBackend active;
    private SecretsBackend standby;

    @BeforeAll
    static void start() {
        cluster = OpenBaoCluster.start(folder, true);
        balancer = LossyProxy.to(cluster.nodes().map(OpenBaoCluster.Node::url).toArray(URI[]::new));
        throughBoth = connected(cluster, balancer.url());
    }

    @AfterAll
    static void stop() {
        balancer.close();
        cluster.close();
    }

    @BeforeEach
    void findNodes() {
        standby = connected(cluster, cluster.standby().url());
        active = connected(cluster, cluster.active().url());
        assertThat(isWrittenSoon(standby, newName(), 1)).isTrue();
    }

    static SecretsBackend connected(OpenBaoCluster cluster, URI url) {
        return VaultSecretsBackend.connect(
                "main",
                Settings.backend(Map.of("type", "vault", "url", url.toString(), "auth.token", cluster.rootToken())),
                Settings.unsafe("static-backend-token", "plain-http"));
    }

    private static SecretName newName() {
        return new SecretName.ConnectionToken(
                new EnvironmentName("production"), ConnectionId.random(new SecureRandom()));
    }

    private static SecretValue value(long generation) {
        return SecretValue.of(JsonNodeFactory.instance.objectNode().put("token", "t" + generation));
    }

    private static long generation(SecretsBackend backend, SecretName name) {
        return backend.get(name).map(StoredSecret::generation).orElse(0L);
    }

    /** The generation that is read, or {@code otherwise} when none can be now. */
    private static long generationOr(SecretsBackend backend, SecretName name, long otherwise) {
        try {
            return generation(backend, name);
        } catch (Unavailable notNow) {
            return otherwise;
        }
    }

    @Test
    void whatWasWrittenThroughAStandbyIsReadThereAtOnce() {
        for (int each = 0; each < NAMES; each++) {
            SecretName name = newName();
            assertThat(standby.put(name, value(1), 1)).isEqualTo(Publication.CURRENT);
            assertThat(generation(standby, name)).isEqualTo(1);
            assertThat(standby.put(name, value(2), 2)).isEqualTo(Publication.CURRENT);
            assertThat(generation(standby, name)).isEqualTo(2);
            standby.delete(name);
            assertThat(standby.get(name)).isEmpty();
        }
    }

    @Test
    void aLateRepetitionThroughAStandbyIsNotTakenForTheCurrentValue() {
        for (int each = 0; each < NAMES; each++) {
            SecretName name = newName();
            standby.put(name, value(1), 1);
            active.put(name, value(2), 2);

            assertThat(standby.put(name, value(1), 1)).isEqualTo(Publication.SUPERSEDED);
            assertThat(generation(active, name)).isEqualTo(2);
        }
    }

    @Test
    void anEarlierGenerationThroughAStandbyNeverReplacesALaterOne() {
        for (int each = 0; each < NAMES; each++) {
            SecretName name = newName();
            active.put(name, value(2), 2);

            assertThat(standby.put(name, value(1), 1)).isEqualTo(Publication.SUPERSEDED);
            assertThat(generation(active, name)).isEqualTo(2);
        }
    }

    @Test
    void noReadIsOlderThanOneBefore() throws Exception {
        SecretName name = newName();
        active.put(name, value(1), 1);
        Waiting.until(SOON, () -> generation(throughBoth, name) == 1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = threads.submit(() -> {
                for (long generation = 2; generation <= 100; generation++) {
                    active.put(name, value(generation), generation);
                }
            });

            long newest = 1;
            while (newest < 100) {
                long seen = generation(throughBoth, name);
                assertThat(seen).isGreaterThanOrEqualTo(newest);
                newest = seen;
            }
            writer.get();
        }
    }

    @Test
    void aStepDownIsPassedOver() {
        SecretName name = newName();
        throughBoth.put(name, value(1), 1);

        cluster.stepDown();

        assertThat(isWrittenSoon(throughBoth, name, 2)).isTrue();
        assertThat(generationOr(throughBoth, name, 2)).isEqualTo(2);
    }

    @Test
    void aSealedClusterIsUnavailableAndThenGoesOn() {
        SecretName name = newName();
        throughBoth.put(name, value(1), 1);
        cluster.seal();
        assertThatThrownBy(() -> throughBoth.get(name)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> throughBoth.put(name, value(2), 2)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> throughBoth.delete(name)).isInstanceOf(Unavailable.class);

        cluster.unseal();

        assertThat(isWrittenSoon(throughBoth, name, 2)).isTrue();
        assertThat(generationOr(throughBoth, name, 2)).isEqualTo(2);
    }

    @Test
    void aKilledLeaderIsPassedOverWhenItIsBack() {
        SecretName name = newName();
        SecretsBackend survivor = standby;
        survivor.put(name, value(1), 1);
        OpenBaoCluster.Node leader = cluster.active();
        cluster.kill(leader);
        assertThatThrownBy(() -> survivor.put(name, value(2), 2))
                .isInstanceOfAny(Unavailable.class, OutcomeUnknown.class);
        // It may not have heard yet that the first value counts: then it says "again".
        assertThat(generationOr(survivor, name, 1)).isEqualTo(1);

        cluster.restart(leader);

        assertThat(isWrittenSoon(survivor, name, 2)).isTrue();
        assertThat(generationOr(survivor, name, 2)).isEqualTo(2);
    }

    /** Whether it is the current value after a while of failures that say "again" and no others. */
    private static boolean isWrittenSoon(SecretsBackend backend, SecretName name, long generation) {
        return Waiting.until(SOON, () -> {
            try {
                return backend.put(name, value(generation), generation) == Publication.CURRENT;
            } catch (Unavailable | OutcomeUnknown again) {
                return false;
            }
        });
    }
}
