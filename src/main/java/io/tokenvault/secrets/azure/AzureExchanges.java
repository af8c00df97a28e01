package io.tokenvault.secrets.azure;

import com.azure.security.keyvault.secrets.SecretAsyncClient;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.azure.AzureCallFailure.Kind;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** The exchanges of one operation on one name, which end together at its deadline. An exchange given up is cut. */
final class AzureExchanges {
    private static final Duration OPERATION_LIMIT = Duration.ofSeconds(4);

    private final SecretAsyncClient client;
    private final String backend;
    private final String operation;
    private final SecretName name;
    private final long deadline;

    private AzureExchanges(SecretAsyncClient client, String backend, String operation, SecretName name, long deadline) {
        this.client = client;
        this.backend = backend;
        this.operation = operation;
        this.name = name;
        this.deadline = deadline;
    }

    /**
     * Does the work of an operation, and once more after a new login when that may help: a file with a secret may have
     * been replaced, or a token withdrawn.
     */
    static <T> T run(
            AzureClients clients, String backend, String operation, SecretName name, Function<AzureExchanges, T> work) {
        long deadline = System.nanoTime() + OPERATION_LIMIT.toNanos();
        SecretAsyncClient client = null;
        try {
            client = clients.current();
            return work.apply(new AzureExchanges(client, backend, operation, name, deadline));
        } catch (AzureIdentity.CredentialsUnreadable unreadable) {
            throw new AzureCallFailure(Kind.READ, unreadable).at(backend, operation, name);
        } catch (AzureCallFailure failed) {
            if (client == null || !failed.isUnauthenticated()) {
                throw failed.at(backend, operation, name);
            }
        }
        clients.discard(client);
        try {
            return work.apply(new AzureExchanges(clients.current(), backend, operation, name, deadline));
        } catch (AzureIdentity.CredentialsUnreadable unreadable) {
            throw new AzureCallFailure(Kind.READ, unreadable).at(backend, operation, name);
        } catch (AzureCallFailure failed) {
            throw failed.at(backend, operation, name);
        }
    }

    SecretName name() {
        return name;
    }

    /** The answer to what changes nothing. */
    <T> T read(Function<SecretAsyncClient, Mono<T>> call) {
        return await(Kind.READ, call);
    }

    /** The answer to what may have happened also when none comes. */
    <T> T write(Function<SecretAsyncClient, Mono<T>> call) {
        return await(Kind.WRITE, call);
    }

    private <T> T await(Kind kind, Function<SecretAsyncClient, Mono<T>> call) {
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        if (!left.isPositive()) {
            // Nothing was sent, whatever it would have been.
            throw new AzureCallFailure(Kind.READ, new TimeoutException());
        }
        CompletableFuture<T> answer =
                Mono.defer(() -> call.apply(client)).timeout(left).toFuture();
        try {
            T content = answer.get();
            if (content == null) {
                throw new AzureCallFailure(kind, new IllegalStateException("empty answer"));
            }
            return content;
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new AzureCallFailure(kind, interrupted);
        } catch (ExecutionException failed) {
            throw new AzureCallFailure(kind, Objects.requireNonNullElse(failed.getCause(), failed));
        }
    }

    /**
     * Whether there is still time for an exchange after a short pause, for something that takes the service a while. A
     * write that began too late would end without an answer.
     */
    boolean paused() {
        Duration pause = Duration.ofMillis(ThreadLocalRandom.current().nextLong(50, 100));
        if (deadline - System.nanoTime()
                <= pause.plus(AzureClients.EXCHANGE_LIMIT).toNanos()) {
            return false;
        }
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AzureCallFailure(Kind.READ, interrupted);
        }
    }

    Site site(String detail) {
        return new Site(backend, operation, name, detail, null);
    }
}
