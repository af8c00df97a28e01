package io.tokenvault.secrets.keyring;

import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.keyring.KeyringRecords.Remembered;
import io.tokenvault.token.EnvironmentName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Reads the keyring of an environment from its backend, or makes it when neither the backend nor the database knows
 * one. A keyring that the database remembers is never replaced: a {@link KeyringRefusal} says what to do instead.
 */
final class KeyringLoader {
    private static final long FIRST_GENERATION = 1;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final Backends backends;
    private final KeyringRecords records;
    private final long giveUpAt;

    /** @param patience how long, over all keyrings, backends that cannot be reached are asked again */
    KeyringLoader(Backends backends, KeyringRecords records, Duration patience) {
        this.backends = backends;
        this.records = records;
        this.giveUpAt = System.nanoTime() + patience.toNanos();
    }

    LoadedKeyring load(EnvironmentName environment) {
        if (backends.named(backends.nameOf(environment)).isEmpty()) {
            throw new KeyringRefusal(
                    environment,
                    "it is in backend " + backends.nameOf(environment) + ", which is not configured",
                    "Set token-vault.backends." + backends.nameOf(environment) + " in a file and start again.");
        }
        try {
            Optional<Remembered> remembered = records.find(environment);
            if (remembered.isPresent()) {
                return known(environment, remembered.get());
            }
            AtomicReference<LoadedKeyring> found = new AtomicReference<>();
            remembered = records.findOr(environment, () -> {
                LoadedKeyring loaded = adoptOrCreate(environment);
                found.set(loaded);
                return new Remembered(loaded.keyring().fingerprint(environment), loaded.generation());
            });
            LoadedKeyring keyring = found.get();
            return keyring != null ? keyring : known(environment, remembered.orElseThrow());
        } catch (SQLException failed) {
            throw new KeyringRefusal(
                    environment,
                    "the database could not say whether it remembers one (SQL state " + failed.getSQLState() + ")",
                    "Make the database reachable and start again.");
        }
    }

    private LoadedKeyring known(EnvironmentName environment, Remembered remembered) {
        LoadedKeyring loaded = present(environment);
        Duration pause = FIRST_PAUSE;
        // A backend may answer with what it held a moment ago.
        while (loaded.generation() < remembered.generation() && mayWait(pause) && slept(pause)) {
            loaded = present(environment);
            pause = pause.multipliedBy(2);
        }
        if (!loaded.keyring().has(remembered.fingerprint(), environment)) {
            throw new KeyringRefusal(
                    environment,
                    "the one in " + place(environment) + " is not the one that the database remembers",
                    "Connect the backend that belongs to this database, or restore the keyring there from a backup.");
        }
        if (loaded.generation() < remembered.generation()) {
            throw new KeyringRefusal(
                    environment,
                    "the one in " + place(environment) + " is of generation " + loaded.generation()
                            + ", and the database remembers " + remembered.generation(),
                    "Restore the later one there.");
        }
        return loaded;
    }

    private LoadedKeyring present(EnvironmentName environment) {
        return read(environment)
                .orElseThrow(() -> new KeyringRefusal(
                        environment,
                        "the database remembers one, but " + place(environment) + " is empty",
                        "Restore it there from a backup, or connect the backend that belongs to this database."));
    }

    private LoadedKeyring adoptOrCreate(EnvironmentName environment) {
        return read(environment).orElseGet(() -> {
            SecretsBackend backend = backends.of(environment);
            Keyring made = Keyring.generate();
            persistently(
                    environment,
                    () -> backend.put(
                            new SecretName.Keyring(environment), made.toSecret(FIRST_GENERATION), FIRST_GENERATION));
            // What is there counts, not what was sent: a service with another database may have been faster.
            return read(environment)
                    .orElseThrow(() -> new KeyringRefusal(
                            environment,
                            place(environment) + " is empty right after it was written",
                            "Let the backend answer reads from the node that takes the writes, and start again."));
        });
    }

    private Optional<LoadedKeyring> read(EnvironmentName environment) {
        SecretsBackend backend = backends.of(environment);
        Optional<StoredSecret> stored =
                persistently(environment, () -> backend.get(new SecretName.Keyring(environment)));
        return stored.map(secret -> new LoadedKeyring(
                Keyring.of(secret.value())
                        .orElseThrow(() -> new KeyringRefusal(
                                environment,
                                place(environment) + " holds something else",
                                "Restore the keyring there from a backup.")),
                secret.generation()));
    }

    private <T> T persistently(EnvironmentName environment, Supplier<T> call) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return call.get();
            } catch (Unavailable | OutcomeUnknown failed) {
                if (!mayWait(pause) || !slept(pause)) {
                    throw failed(environment, failed);
                }
                pause = pause.multipliedBy(2);
            } catch (SecretsBackendException failed) {
                throw failed(environment, failed);
            }
        }
    }

    private boolean mayWait(Duration pause) {
        return System.nanoTime() + pause.toNanos() - giveUpAt <= 0;
    }

    private KeyringRefusal failed(EnvironmentName environment, SecretsBackendException failed) {
        return new KeyringRefusal(
                environment,
                place(environment) + " could not be read or written (" + failed.getMessage() + ")",
                "Make the backend reachable, allow our identity to use that name, and start again.");
    }

    private String place(EnvironmentName environment) {
        return new SecretName.Keyring(environment).path() + " in backend " + backends.nameOf(environment);
    }

    private static boolean slept(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
