package io.tokenvault.secrets.aws;

import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.secrets.UnsafeConfig;
import io.tokenvault.secrets.aws.AwsSecret.Absent;
import io.tokenvault.secrets.aws.AwsSecret.Present;
import io.tokenvault.secrets.aws.AwsSecret.Scheduled;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Secrets in AWS Secrets Manager: the secret's name is its path, the value its {@code SecretString}. A write moves the
 * label {@code AWSCURRENT} from the version that was read, and fails when another version has it by then. Each exchange
 * with the service ends after two seconds, each operation after four.
 *
 * <p>A deleted secret can be restored while its recovery window lasts, and a later value restores it. Where the settings
 * say that deletions are final, a name can be blocked for a while after one.
 */
public final class AwsSecretsBackend implements SecretsBackend {
    private static final int ATTEMPTS = 10;

    private final String backend;
    private final SecretName probe;
    private final SecretsManagerClient client;
    private final AwsPolicy policy;

    private AwsSecretsBackend(String backend, SecretName probe, SecretsManagerClient client, AwsPolicy policy) {
        this.backend = backend;
        this.probe = probe;
        this.client = client;
        this.policy = policy;
    }

    /**
     * A backend with these settings and the identity of the default credential chain; nobody is contacted yet.
     *
     * @param backend the configured name
     * @param probe a name that our identity may use, whether or not there is a secret, for {@link #check()}
     * @throws IllegalArgumentException naming the setting that is missing, wrong, or unsafe without being called so
     */
    public static AwsSecretsBackend connect(
            String backend, SecretName probe, BackendsConfig.One settings, UnsafeConfig unsafe) {
        return connect(backend, probe, settings, unsafe, AwsCredentials.byDefault());
    }

    static AwsSecretsBackend connect(
            String backend,
            SecretName probe,
            BackendsConfig.One settings,
            UnsafeConfig unsafe,
            AwsCredentialsProvider credentials) {
        AwsPolicy policy = AwsPolicy.of(settings);
        return new AwsSecretsBackend(backend, probe, AwsClients.of(settings, unsafe, credentials), policy);
    }

    @Override
    public Publication put(SecretName name, SecretValue value, long generation) {
        SecretValue written = value.withGeneration(generation);
        return operate("put", name, (secret, exchanges) -> {
            boolean taken = false;
            boolean restored = false;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                switch (secret.find()) {
                    case Present present
                    when present.generation() > generation -> {
                        // A late writer must not bring back what a later one deleted.
                        if (restored) {
                            secret.delete();
                        }
                        return Publication.SUPERSEDED;
                    }
                    case Present present -> {
                        if (present.generation() == generation
                                || secret.replaced(present.version(), written, generation)) {
                            return Publication.CURRENT;
                        }
                    }
                    case Absent _ -> {
                        if (taken ? secret.replaced(null, written, generation) : secret.created(written, generation)) {
                            return Publication.CURRENT;
                        }
                        taken = true;
                    }
                    case Scheduled _ -> {
                        secret.restore();
                        restored = true;
                    }
                }
                pause();
            }
            throw new Unavailable(exchanges.site("the version changed at every attempt", null), null);
        });
    }

    @Override
    public Optional<StoredSecret> get(SecretName name) {
        return operate("get", name, (secret, exchanges) -> switch (secret.find()) {
            case Absent _, Scheduled _ -> Optional.empty();
            case Present present ->
                Optional.of(present.value()
                        .map(value -> new StoredSecret(value, value.generation()))
                        .orElseThrow(() -> new Rejected(exchanges.site("the value is no JSON object", null))));
        });
    }

    @Override
    public void delete(SecretName name) {
        operate("delete", name, (secret, _) -> {
            secret.delete();
            return true;
        });
    }

    @Override
    public void check() {
        AwsExchanges check = new AwsExchanges(client, backend, "check", null);
        check.run(exchanges -> new AwsSecret(exchanges, probe, policy).describe());
    }

    private <T> T operate(String operation, SecretName name, BiFunction<AwsSecret, AwsExchanges, T> work) {
        return new AwsExchanges(client, backend, operation, name)
                .run(exchanges -> work.apply(new AwsSecret(exchanges, name, policy), exchanges));
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(5, 25));
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("given up");
        }
    }

    @Override
    public String toString() {
        return "AwsSecretsBackend[" + backend + "]";
    }
}
