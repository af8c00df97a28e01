package io.tokenvault.secrets.keyring;

import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
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

    Keyring load(EnvironmentName environment) {
        try {
            Optional<byte[]> remembered = records.fingerprint(environment);
            if (remembered.isPresent()) {
                return known(environment, remembered.get());
            }
            AtomicReference<Keyring> found = new AtomicReference<>();
            remembered = records.fingerprintOr(environment, () -> {
                Keyring keyring = adoptOrCreate(environment);
                found.set(keyring);
                return keyring.fingerprint(environment);
            });
            Keyring keyring = found.get();
            return keyring != null ? keyring : known(environment, remembered.orElseThrow());
        } catch (SQLException failed) {
            throw new KeyringRefusal(
                    environment,
                    "the database could not say whether it remembers one (SQL state " + failed.getSQLState() + ")",
                    "Make the database reachable and start again.");
        }
    }

    private Keyring known(EnvironmentName environment, byte[] fingerprint) {
        Keyring keyring = read(environment)
                .orElseThrow(() -> new KeyringRefusal(
                        environment,
                        "the database remembers one, but " + place(environment) + " is empty",
                        "Restore it there from a backup, or connect the backend that belongs to this database."));
        if (!keyring.has(fingerprint, environment)) {
            throw new KeyringRefusal(
                    environment,
                    "the one in " + place(environment) + " is not the one that the database remembers",
                    "Connect the backend that belongs to this database, or restore the keyring there from a backup.");
        }
        return keyring;
    }

    private Keyring adoptOrCreate(EnvironmentName environment) {
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

    private Optional<Keyring> read(EnvironmentName environment) {
        SecretsBackend backend = backends.of(environment);
        Optional<StoredSecret> stored =
                persistently(environment, () -> backend.get(new SecretName.Keyring(environment)));
        return stored.map(secret -> Keyring.of(secret.value())
                .orElseThrow(() -> new KeyringRefusal(
                        environment,
                        place(environment) + " holds something else",
                        "Restore the keyring there from a backup.")));
    }

    private <T> T persistently(EnvironmentName environment, Supplier<T> call) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return call.get();
            } catch (Unavailable | OutcomeUnknown failed) {
                if (System.nanoTime() + pause.toNanos() - giveUpAt > 0 || !slept(pause)) {
                    throw failed(environment, failed);
                }
                pause = pause.multipliedBy(2);
            } catch (SecretsBackendException failed) {
                throw failed(environment, failed);
            }
        }
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
