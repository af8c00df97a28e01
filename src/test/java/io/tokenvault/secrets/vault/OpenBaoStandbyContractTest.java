package io.tokenvault.secrets.vault;

import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendContract;
import io.tokenvault.testing.OpenBaoCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with {@code disable_standby_reads = true}, as the how-to asks for: one replica talks to each. */
class OpenBaoStandbyContractTest extends SecretsBackendContract {
    @TempDir
    private static Path folder;

    private static OpenBaoCluster cluster;
    private static SecretsBackend backend;
    private static SecretsBackend replica;

    @BeforeAll
    static void start() {
        cluster = OpenBaoCluster.start(folder, false);
        backend = OpenBaoStandbyTest.connected(cluster, cluster.standby().url());
        replica = OpenBaoStandbyTest.connected(cluster, cluster.active().url());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Override
    protected SecretsBackend backend() {
        return backend;
    }

    @Override
    protected SecretsBackend replica() {
        return replica;
    }
}
