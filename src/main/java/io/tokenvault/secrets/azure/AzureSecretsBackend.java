package io.tokenvault.secrets.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.util.Configuration;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.azure.AzureSecret.Absent;
import io.tokenvault.secrets.azure.AzureSecret.Deleted;
import io.tokenvault.secrets.azure.AzureSecret.Present;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;

/**
 * Secrets in Azure Key Vault: the secret's name is its path with {@code -} in the place of {@code /}, the value its JSON
 * text. Each exchange with the service ends after two seconds, each operation after four.
 *
 * <p>The service has no conditional write. A write therefore looks at all versions afterwards, and when it covered a
 * later generation, makes that one current again. Between the two, a reader may see the earlier generation; the window
 * is a few exchanges long, opens only when two writers of one name run at once, and stays open when the writer dies in
 * it, until the sweep compares the secret with the database.
 *
 * <p>A deletion is soft: the secret is unreadable, and its name taken, for as long as the vault keeps it. A later value
 * under the name brings it back first, which also takes up to seconds in which its last value can be read.
 */
public final class AzureSecretsBackend implements SecretsBackend {
    private static final int ATTEMPTS = 10;

    private final String backend;
    private final SecretName probe;
    private final AzureClients clients;
    private final boolean purge;

    private AzureSecretsBackend(String backend, SecretName probe, AzureClients clients, boolean purge) {
        this.backend = backend;
        this.probe = probe;
        this.clients = clients;
        this.purge = purge;
    }

    /**
     * A backend with these settings; nobody is contacted yet. The authorities that count are those of the JVM.
     *
     * @param backend the configured name
     * @param probe a name that our identity may use, whether or not there is a secret, for {@link #check()}
     * @param development whether a vault may do without the check of whom it wants the token for
     * @throws IllegalArgumentException naming the setting that is missing, wrong, or unsafe
     */
    public static AzureSecretsBackend connect(
            String backend, SecretName probe, BackendsConfig.One settings, boolean development) {
        try {
            HttpClient transport = AzureClients.transport(SSLContext.getDefault());
            return connect(backend, probe, settings, development, transport, Configuration.getGlobalConfiguration());
        } catch (NoSuchAlgorithmException unusable) {
            throw new IllegalArgumentException("the trust store of the JVM cannot be used");
        }
    }

    static AzureSecretsBackend connect(
            String backend,
            SecretName probe,
            BackendsConfig.One settings,
            boolean development,
            HttpClient transport,
            Configuration environment) {
        String vault = AzureAddress.checked(settings.vaultUrl(), "vault-url");
        if (!settings.verifyChallenge() && !development) {
            throw new IllegalArgumentException("verify-challenge=false would send our token to whatever answers there;"
                    + " it is for development, in profile embedded");
        }
        AzureIdentity identity = AzureIdentity.of(settings, environment);
        AzureClients clients = new AzureClients(vault, settings.verifyChallenge(), identity, transport);
        return new AzureSecretsBackend(backend, probe, clients, settings.purge());
    }

    @Override
    public Publication put(SecretName name, SecretValue value, long generation) {
        SecretValue written = value.withGeneration(generation);
        return operate("put", name, (secret, exchanges) -> {
            do {
                long present = secret.find().generation();
                if (present >= generation) {
                    return outcome(present, generation);
                }
                if (set(secret, written)) {
                    return settled(secret, exchanges, generation);
                }
                Optional<Deleted> deleted = secret.deleted();
                if (deleted.isPresent() && !deleted.get().isOurs()) {
                    throw new Rejected(exchanges.site("the name is taken by a deleted secret that is not ours"));
                }
                if (deleted.isPresent() && deleted.get().generation() > generation) {
                    return Publication.SUPERSEDED;
                }
                if (deleted.isPresent()) {
                    secret.recover();
                }
            } while (exchanges.paused());
            throw new Unavailable(exchanges.site("a deletion still blocks the name"), null);
        });
    }

    /** As {@link AzureSecret#set}; when no answer came, another read tells whether it was done. */
    private static boolean set(AzureSecret secret, SecretValue written) {
        try {
            return secret.set(written);
        } catch (AzureCallFailure failed) {
            if (failed.mayHaveHappened() && reads(secret, written.generation())) {
                return true;
            }
            throw failed;
        }
    }

    private static boolean reads(AzureSecret secret, long generation) {
        try {
            return secret.find().generation() >= generation;
        } catch (AzureCallFailure unanswered) {
            return false;
        }
    }

    /**
     * Leaves the latest generation current. Whoever writes last comes here after it, and sees every write before: of
     * any number of writers at once, one that covered a later generation does not get away without restoring it.
     */
    private static Publication settled(AzureSecret secret, AzureExchanges exchanges, long generation) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                long present = secret.find().generation();
                Optional<SecretValue> covered = secret.laterThan(present);
                if (covered.isEmpty()) {
                    return outcome(present, generation);
                }
                secret.set(covered.get());
            }
        } catch (AzureCallFailure unsettled) {
            // The write was done: whatever this failure means for its own exchange, of the whole it tells nothing.
            throw new OutcomeUnknown(exchanges.site("written, and not looked after"));
        }
        throw new OutcomeUnknown(exchanges.site("the version changed at every attempt"));
    }

    private static Publication outcome(long present, long generation) {
        return present > generation ? Publication.SUPERSEDED : Publication.CURRENT;
    }

    @Override
    public Optional<StoredSecret> get(SecretName name) {
        return operate("get", name, (secret, exchanges) -> switch (secret.find()) {
            case Absent _ -> Optional.empty();
            case Present(Optional<SecretValue> value) ->
                Optional.of(value.map(known -> new StoredSecret(known, known.generation()))
                        .orElseThrow(() -> new Rejected(exchanges.site("the value is no JSON object"))));
        });
    }

    @Override
    public void delete(SecretName name) {
        operate("delete", name, (secret, exchanges) -> {
            boolean began = secret.delete();
            while (isReadable(secret, exchanges)) {
                if (!exchanges.paused()) {
                    throw new OutcomeUnknown(exchanges.site("deleted, and it can still be read"));
                }
            }
            // Without our deletion a secret that cannot be purged is one that never was, or was purged before.
            while (purge && !secret.purge() && began) {
                if (!exchanges.paused()) {
                    throw new Unavailable(exchanges.site("deleted, and not yet ready to be purged"), null);
                }
            }
            return true;
        });
    }

    private static boolean isReadable(AzureSecret secret, AzureExchanges exchanges) {
        try {
            return secret.find() instanceof Present;
        } catch (AzureCallFailure unanswered) {
            throw new OutcomeUnknown(exchanges.site("deleted, and not looked after"));
        }
    }

    @Override
    public void check() {
        operate("check", probe, (secret, _) -> secret.find());
    }

    private <T> T operate(String operation, SecretName name, BiFunction<AzureSecret, AzureExchanges, T> work) {
        return AzureExchanges.run(
                clients, backend, operation, name, exchanges -> work.apply(new AzureSecret(exchanges), exchanges));
    }

    @Override
    public String toString() {
        return "AzureSecretsBackend[" + backend + "]";
    }
}
