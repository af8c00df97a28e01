package io.tokenvault.secrets.keyring;

import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.token.EnvironmentName;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Takes the keyring of an environment from one backend to another. The keys and the fingerprint stay the same. Each step
 * may be repeated, also after a crash or an unknown outcome.
 */
@Singleton
public class KeyringMove {
    private final Backends backends;
    private final KeyringRecords records;
    private final KeyringReplicas replicas;

    KeyringMove(Backends backends, DataSource database) {
        this.backends = backends;
        this.records = new KeyringRecords(database);
        this.replicas = new KeyringReplicas(database);
    }

    /** What came of a copy. */
    public enum Copy {
        /** It was read back, and is the same. */
        DONE,
        /** The other backend holds a keyring that is not of this environment and database, and was left alone. */
        FOREIGN
    }

    /** Puts the keyring into another backend beside the one it is in, and reads it back. */
    public Copy copy(EnvironmentName environment, String from, String to) {
        SecretName name = new SecretName.Keyring(environment);
        StoredSecret here = backends.demand(from)
                .get(name)
                .filter(stored -> isOurs(environment, stored))
                .orElseThrow(() -> new IllegalStateException(
                        "backend " + from + " does not hold the keyring of environment " + environment));
        SecretsBackend other = backends.demand(to);
        Optional<StoredSecret> there = other.get(name);
        if (there.isPresent()
                && (!isOurs(environment, there.get()) || there.get().generation() > here.generation())) {
            return Copy.FOREIGN;
        }
        other.put(name, here.value(), here.generation());
        boolean same = other.get(name)
                .filter(read ->
                        read.generation() == here.generation() && read.value().equals(here.value()))
                .isPresent();
        if (!same) {
            throw new IllegalStateException(
                    "backend " + to + " does not hold the keyring of environment " + environment + " as it was put");
        }
        return Copy.DONE;
    }

    /** Deletes the keyring from a backend that it was moved from, or not moved to; another's is left there. */
    public void remove(EnvironmentName environment, String backend) {
        SecretName name = new SecretName.Keyring(environment);
        Optional<StoredSecret> there = backends.demand(backend).get(name);
        if (there.isEmpty() || isOurs(environment, there.get())) {
            backends.demand(backend).delete(name);
        }
    }

    /** How many replicas do not act upon this epoch of the place of the environment yet. */
    public int elsewhere(EnvironmentName environment, long epoch) {
        try {
            return replicas.elsewhere(environment, epoch);
        } catch (SQLException failed) {
            throw new IllegalStateException("the table of replicas cannot be reached", failed);
        }
    }

    private boolean isOurs(EnvironmentName environment, StoredSecret stored) {
        Optional<KeyringRecords.Remembered> remembered;
        try {
            remembered = records.find(environment);
        } catch (SQLException failed) {
            throw new IllegalStateException("the table of keyrings cannot be reached", failed);
        }
        return remembered.isPresent()
                && Keyring.of(stored.value())
                        .filter(keyring -> keyring.has(remembered.get().fingerprint(), environment))
                        .isPresent();
    }
}
