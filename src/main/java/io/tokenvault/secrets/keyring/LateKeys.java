package io.tokenvault.secrets.keyring;

import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.token.EnvironmentName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Looks into the backend when the database names a key that this replica does not know: it was away while keys were
 * rotated. At most once a second for each environment, and for two seconds at most, however many ask.
 */
final class LateKeys {
    private static final Logger LOG = Logger.getLogger(LateKeys.class);
    private static final String TINK_PREFIX = "01";
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    interface Reload {
        boolean reload(EnvironmentName environment) throws SQLException;
    }

    private record Look(long at, FutureTask<Boolean> task) {}

    private final Map<EnvironmentName, Look> looks = new ConcurrentHashMap<>();
    private final Reload reload;

    LateKeys(Reload reload) {
        this.reload = reload;
    }

    /** Returns when the keyring was read again, or when that was tried too recently, or takes too long. */
    void lookFor(EnvironmentName environment, String keyId) {
        if (!keyId.startsWith(TINK_PREFIX)) {
            return; // no key of ours has such an id: nothing was stored under what was presented
        }
        Look look = looks.compute(environment, (_, last) -> {
            if (last != null && System.nanoTime() - last.at() < PAUSE) {
                return last;
            }
            FutureTask<Boolean> task = new FutureTask<>(() -> reload.reload(environment));
            Thread.startVirtualThread(task);
            return new Look(System.nanoTime(), task);
        });
        await(environment, look.task());
    }

    private static void await(EnvironmentName environment, FutureTask<Boolean> task) {
        try {
            task.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException takesLonger) {
            LOG.warnf("the keyring of environment %s could not be read again in time", environment);
        } catch (ExecutionException failed) {
            LOG.warnf("the keyring of environment %s could not be read again: %s", environment, cause(failed));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static String cause(ExecutionException failed) {
        return failed.getCause() instanceof SecretsBackendException backend
                ? String.valueOf(backend.getMessage())
                : String.valueOf(failed.getCause()).split(":", 2)[0];
    }
}
