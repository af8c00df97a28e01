package io.tokenvault.secrets.aws;

import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Site;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * The exchanges of one operation. It runs on a thread of its own and is given up after {@link #LIMIT}, whatever the SDK
 * is waiting for: its own limits hold neither while it looks for credentials nor while a name is resolved.
 */
final class AwsExchanges {
    /** How long an operation may take, over all of its exchanges. */
    static final Duration LIMIT = Duration.ofSeconds(4);

    private static final ExecutorService THREADS = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("aws-secrets-", 0).factory());

    private final SecretsManagerClient client;
    private final String backend;
    private final String operation;
    private final @Nullable SecretName name;
    private volatile boolean givenUp;
    private volatile AwsExchange latest = new AwsExchange(AwsExchange.Kind.READ);

    /** @param name the secret; null for a check */
    AwsExchanges(SecretsManagerClient client, String backend, String operation, @Nullable SecretName name) {
        this.client = client;
        this.backend = backend;
        this.operation = operation;
        this.name = name;
    }

    /** What the work gives; a {@link SecretsBackendException} when it fails or takes too long. */
    <T> T run(Function<AwsExchanges, T> work) {
        Future<T> result = THREADS.submit(() -> work.apply(this));
        try {
            return result.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw inTheWordsOfTheInterface(failed.getCause());
        } catch (TimeoutException tooLong) {
            throw givenUp(result, tooLong);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw givenUp(result, interrupted);
        }
    }

    // The flag comes before the look at the latest exchange, and the other way round where one begins: an exchange that
    // is missed here does not begin.
    private SecretsBackendException givenUp(Future<?> result, Exception reason) {
        givenUp = true;
        AwsExchange last = latest;
        last.giveUp();
        SecretsBackendException failure = new AwsCallFailure(last, reason).at(this);
        result.cancel(true);
        return failure;
    }

    private SecretsBackendException inTheWordsOfTheInterface(@Nullable Throwable failed) {
        return switch (failed) {
            case SecretsBackendException said -> said;
            case AwsCallFailure failure -> failure.at(this);
            case Error error -> throw error;
            case null -> new AwsCallFailure(latest, new IllegalStateException()).at(this);
            default -> new AwsCallFailure(latest, failed).at(this);
        };
    }

    /** The answer to a question, or an {@link AwsCallFailure}. */
    <T> T read(Function<SecretsManagerClient, T> call) {
        return exchanged(AwsExchange.Kind.READ, call);
    }

    /** The answer to an order, or an {@link AwsCallFailure}. */
    <T> T write(Function<SecretsManagerClient, T> call) {
        return exchanged(AwsExchange.Kind.WRITE, call);
    }

    private <T> T exchanged(AwsExchange.Kind kind, Function<SecretsManagerClient, T> call) {
        AwsExchange exchange = new AwsExchange(kind);
        latest = exchange;
        if (givenUp) {
            throw new AwsCallFailure(exchange, new TimeoutException());
        }
        try {
            T answer = ScopedValue.where(AwsExchange.CURRENT, exchange).call(() -> call.apply(client));
            exchange.settled();
            return answer;
        } catch (RuntimeException failed) {
            throw new AwsCallFailure(exchange, failed);
        }
    }

    /** Where a failure is. */
    Site site(String detail, @Nullable String requestId) {
        return new Site(backend, operation, name, detail, requestId);
    }
}
