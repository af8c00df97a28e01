package io.tokenvault.secrets.keyring;

import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * The steps by which the keys of an environment are replaced while every replica goes on. Each writes the backend and
 * may be repeated, also after a crash or an unknown outcome: what the backend holds says how far it is. The database is
 * told by {@link #announce}, in the transaction of the caller.
 */
@Singleton
public class KeyringRotation {
    private final Keyrings keyrings;
    private final Backends backends;
    private final KeyringRecords records;
    private final KeyringReplicas replicas;

    KeyringRotation(Keyrings keyrings, Backends backends, DataSource database) {
        this.keyrings = keyrings;
        this.backends = backends;
        this.records = new KeyringRecords(database);
        this.replicas = new KeyringReplicas(database);
    }

    /** The keys of an environment: what makes tokens provable, and what seals. */
    public record Keys(KeyIds macs, KeyIds sealing) {
        /** Whether there are keys in use beside the newest. */
        public boolean hasOlder() {
            return !macs.others().isEmpty() || !sealing.others().isEmpty();
        }
    }

    /**
     * The keys that this replica has loaded; empty while it has not loaded what was announced, and while a rotation has
     * added keys that are not used yet.
     */
    public Optional<Keys> keys(EnvironmentName environment) {
        Keyring loaded = keyrings.keyring(environment);
        long announced = asked(() -> records.find(environment))
                .map(KeyringRecords.Remembered::generation)
                .orElse(0L);
        return keyrings.generation(environment) < announced || loaded.hasNext()
                ? Optional.empty()
                : Optional.of(new Keys(loaded.mac().ids(), loaded.aead().ids()));
    }

    /** Adds new keys that are not used yet, unless they are there; gives the generation that replicas must load. */
    public long addKeys(EnvironmentName environment) {
        LoadedKeyring now = read(environment);
        return now.keyring().hasNext()
                ? now.generation()
                : demand(write(environment, now, Keyring::withNext), Keyring::hasNext);
    }

    /**
     * Makes the newest keys the ones that are used, unless they are; gives the generation that replicas must load. Every
     * replica has loaded them.
     */
    public long promote(EnvironmentName environment) {
        LoadedKeyring now = read(environment);
        if (!now.keyring().hasNext()) {
            return now.generation();
        }
        insist(environment, now.keyring().promoted());
        return demand(write(environment, now, Keyring::promoted), after -> !after.hasNext());
    }

    /** Has the database insist on the newest keys, so that it can do without the older ones; committed before those go. */
    public void rely(EnvironmentName environment) {
        insist(environment, read(environment).keyring());
    }

    /** From here on no replica starts without the primary keys of {@code keyring}, which are in the backend. */
    private void insist(EnvironmentName environment, Keyring keyring) {
        run(() -> records.replace(environment, keyring.fingerprint(environment)));
    }

    /**
     * Takes all keys but the newest out of use, unless they are; no replica is counted on anew before the running
     * transaction, which must announce it, ends. What was made with the others is lost. Gives the generation that
     * replicas must load; empty, with nothing done, when one has still to load what was announced before.
     */
    public OptionalLong removeOlder(EnvironmentName environment) {
        LoadedKeyring now = read(environment);
        if (now.keyring().hasNext()) {
            throw new IllegalStateException("a rotation of the keyring of " + environment + " has not ended");
        }
        long generation = now.generation();
        if (now.keyring().hasOthers()) {
            demandRemembered(environment, now.keyring().withoutOthers());
            run(replicas::closeEntrance);
            if (missing(environment, generation) > 0) {
                return OptionalLong.empty();
            }
            generation = demand(write(environment, now, Keyring::withoutOthers), after -> !after.hasOthers());
        }
        return OptionalLong.of(generation);
    }

    /**
     * Tells every replica, in the running transaction, to load a generation that the backend holds.
     *
     * @return whether that is news
     */
    public boolean announce(EnvironmentName environment, long generation) {
        return asked(() -> records.announce(environment, generation));
    }

    /** How many replicas are still to load a generation. */
    public int missing(EnvironmentName environment, long generation) {
        return asked(() -> replicas.missing(environment, generation));
    }

    private LoadedKeyring read(EnvironmentName environment) {
        LoadedKeyring read = backends.of(environment)
                .get(new SecretName.Keyring(environment))
                .flatMap(stored ->
                        Keyring.of(stored.value()).map(keyring -> new LoadedKeyring(keyring, stored.generation())))
                .orElseThrow(
                        () -> new IllegalStateException("the backend holds no keyring of environment " + environment));
        demandRemembered(environment, read.keyring());
        return read;
    }

    private void demandRemembered(EnvironmentName environment, Keyring keyring) {
        boolean remembered = asked(() -> records.find(environment))
                .filter(known -> keyring.has(known.fingerprint(), environment))
                .isPresent();
        if (!remembered) {
            throw new IllegalStateException("the database remembers another keyring of environment " + environment);
        }
    }

    private LoadedKeyring write(EnvironmentName environment, LoadedKeyring now, UnaryOperator<Keyring> change) {
        long generation = now.generation() + 1;
        backends.of(environment)
                .put(
                        new SecretName.Keyring(environment),
                        change.apply(now.keyring()).toSecret(generation),
                        generation);
        // What is there counts, not what was sent: of two with one generation the first stays.
        return read(environment);
    }

    /** Another may have been faster, with something else; the next attempt starts from there. */
    private static long demand(LoadedKeyring written, Predicate<Keyring> wanted) {
        if (!wanted.test(written.keyring())) {
            throw new IllegalStateException("the backend holds another generation of the keyring than was written");
        }
        return written.generation();
    }

    private interface Question<T> {
        T ask() throws SQLException;
    }

    private interface Action {
        void run() throws SQLException;
    }

    private static void run(Action action) {
        asked(() -> {
            action.run();
            return true;
        });
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (SQLException failed) {
            throw new IllegalStateException("the table of keyrings cannot be reached", failed);
        }
    }
}
