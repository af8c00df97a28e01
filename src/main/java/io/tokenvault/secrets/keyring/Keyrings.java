package io.tokenvault.secrets.keyring;

import io.quarkus.runtime.StartupEvent;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The keyrings of every environment and of {@link EnvironmentName#SYSTEM}. They are read before the first request is
 * taken, and again when a rotation has changed them, and stay in memory: a backend that is down never stops a MAC or a
 * seal.
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
    private final KeyringRecords records;
    private final Duration patience;
    private final Confirmation confirmation;
    private final LateKeys lateKeys;
    private volatile Map<EnvironmentName, LoadedKeyring> loaded = Map.of();

    @Inject
    public Keyrings(Environments environments, Backends backends, DataSource database) {
        this(environments, backends, database, PATIENCE);
    }

    Keyrings(Environments environments, Backends backends, DataSource database, Duration patience) {
        this.environments = environments;
        this.backends = backends;
        this.records = new KeyringRecords(database);
        this.patience = patience;
        this.confirmation = new Confirmation();
        this.lateKeys = new LateKeys(this::reload);
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
        KeyringLoader loader = new KeyringLoader(backends, records, patience);
        Map<EnvironmentName, LoadedKeyring> found = new LinkedHashMap<>();
        found.put(EnvironmentName.SYSTEM, loader.load(EnvironmentName.SYSTEM));
        for (Environment environment : environments.all()) {
            found.put(environment.name(), loader.load(environment.name()));
        }
        loaded = Map.copyOf(found);
        confirmation.give(System.nanoTime());
    }

    /**
     * Reads a keyring again, and takes it if it is a later generation of the one that the database remembers. What is
     * loaded stays otherwise.
     *
     * @return whether it was taken
     */
    boolean reload(EnvironmentName environment) throws SQLException {
        Optional<LoadedKeyring> later = backends.of(environment)
                .get(new SecretName.Keyring(environment))
                .filter(stored -> stored.generation() > generation(environment))
                .flatMap(Keyrings::parsed);
        Optional<KeyringRecords.Remembered> remembered = records.find(environment);
        return later.isPresent()
                && remembered.isPresent()
                && later.get().keyring().has(remembered.get().fingerprint(), environment)
                && take(environment, later.get());
    }

    private static Optional<LoadedKeyring> parsed(StoredSecret stored) {
        return Keyring.of(stored.value()).map(keyring -> new LoadedKeyring(keyring, stored.generation()));
    }

    private synchronized boolean take(EnvironmentName environment, LoadedKeyring later) {
        if (later.generation() <= generation(environment)) {
            return false;
        }
        Map<EnvironmentName, LoadedKeyring> next = new LinkedHashMap<>(loaded);
        next.put(environment, later);
        loaded = Map.copyOf(next);
        return true;
    }

    /** Which generation of each keyring is loaded. */
    Map<EnvironmentName, Long> generations() {
        return loaded.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().generation()));
    }

    long generation(EnvironmentName environment) {
        return of(environment).generation();
    }

    Keyring keyring(EnvironmentName environment) {
        return of(environment).keyring();
    }

    Confirmation confirmation() {
        return confirmation;
    }

    @Override
    public byte[] compute(EnvironmentName environment, byte[] data) {
        confirmation.demand();
        return keyring(environment).mac().compute(data);
    }

    @Override
    public boolean matches(EnvironmentName environment, byte[] mac, byte[] data) {
        if (!keyring(environment).mac().knows(mac)) {
            lateKeys.lookFor(environment, KeyIds.of(mac));
        }
        return keyring(environment).mac().matches(mac, data);
    }

    @Override
    public boolean matchesRetired(EnvironmentName environment, byte[] mac, byte[] data) {
        return keyring(environment).mac().matchesRetired(mac, data);
    }

    @Override
    public boolean isAtHand(EnvironmentName environment, byte[] mac) {
        return keyring(environment).mac().knows(mac);
    }

    @Override
    public byte[] seal(EnvironmentName environment, String context, byte[] plain) {
        confirmation.demand();
        return keyring(environment).aead().seal(plain, bound(environment, context));
    }

    @Override
    public byte[] unseal(EnvironmentName environment, String context, byte[] sealed) {
        if (!keyring(environment).aead().knows(sealed)) {
            lateKeys.lookFor(environment, KeyIds.of(sealed));
        }
        return keyring(environment)
                .aead()
                .open(sealed, bound(environment, context))
                .orElseThrow(() -> new IllegalStateException(
                        "a sealed value of environment " + environment + " does not open for " + context));
    }

    private LoadedKeyring of(EnvironmentName environment) {
        return Optional.ofNullable(loaded.get(environment))
                .orElseThrow(() -> new IllegalStateException("no keyring is loaded for environment " + environment));
    }

    private static String bound(EnvironmentName environment, String context) {
        return "database\0" + environment.value() + "\0" + context;
    }
}
