package io.tokenvault.secrets.keyring;

import io.quarkus.runtime.StartupEvent;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The keyrings of every environment and of {@link EnvironmentName#SYSTEM}. They are read once, before the first request
 * is taken, and stay in memory: a backend that is down never stops a MAC or a seal.
 */
@Singleton
public class Keyrings implements TokenMacs, Sealer {
    /**
     * Priority of the observer of the start; whoever needs keys at the start comes later. Negative, because the
     * scheduler starts its jobs at 0, and the jobs need keys.
     */
    public static final int START_PRIORITY = -100;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Environments environments;
    private final Backends backends;
    private final DataSource database;
    private final Duration patience;
    private volatile Map<EnvironmentName, Keyring> loaded = Map.of();

    @Inject
    public Keyrings(Environments environments, Backends backends, DataSource database) {
        this(environments, backends, database, PATIENCE);
    }

    Keyrings(Environments environments, Backends backends, DataSource database, Duration patience) {
        this.environments = environments;
        this.backends = backends;
        this.database = database;
        this.patience = patience;
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        load();
    }

    /**
     * Reads, adopts or makes every keyring.
     *
     * @throws KeyringRefusal when the service must not start
     */
    public void load() {
        KeyringLoader loader = new KeyringLoader(backends, new KeyringRecords(database), patience);
        Map<EnvironmentName, Keyring> found = new LinkedHashMap<>();
        found.put(EnvironmentName.SYSTEM, loader.load(EnvironmentName.SYSTEM));
        for (Environment environment : environments.all()) {
            found.put(environment.name(), loader.load(environment.name()));
        }
        loaded = Map.copyOf(found);
    }

    @Override
    public byte[] compute(EnvironmentName environment, byte[] data) {
        return of(environment).mac().compute(data);
    }

    @Override
    public boolean matches(EnvironmentName environment, byte[] mac, byte[] data) {
        return of(environment).mac().matches(mac, data);
    }

    @Override
    public byte[] seal(EnvironmentName environment, String context, byte[] plain) {
        return of(environment).aead().seal(plain, bound(environment, context));
    }

    @Override
    public byte[] unseal(EnvironmentName environment, String context, byte[] sealed) {
        return of(environment)
                .aead()
                .open(sealed, bound(environment, context))
                .orElseThrow(() -> new IllegalStateException(
                        "a sealed value of environment " + environment + " does not open for " + context));
    }

    private Keyring of(EnvironmentName environment) {
        return Optional.ofNullable(loaded.get(environment))
                .orElseThrow(() -> new IllegalStateException("no keyring is loaded for environment " + environment));
    }

    private static String bound(EnvironmentName environment, String context) {
        return "database\0" + environment.value() + "\0" + context;
    }
}
