package io.tokenvault.secrets.vault;

import io.quarkus.vault.client.VaultException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for exchanges; the transport ends each of them in time. */
final class VaultCalls {
    private VaultCalls() {}

    /** The answer, or a {@link VaultCallFailure}; an answer without content is one too. */
    static <T> T await(VaultCallFailure.Kind kind, Supplier<CompletionStage<T>> call) {
        T answer = awaitAny(kind, call);
        if (answer == null) {
            throw new VaultCallFailure(kind, new VaultException("empty answer"));
        }
        return answer;
    }

    /** The answer, which may have no content. */
    static <T> @Nullable T awaitAny(VaultCallFailure.Kind kind, Supplier<CompletionStage<T>> call) {
        try {
            return call.get().toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new VaultCallFailure(kind, interrupted);
        } catch (ExecutionException | RuntimeException failed) {
            throw new VaultCallFailure(kind, rootOf(failed));
        }
    }

    private static Throwable rootOf(Throwable failed) {
        Throwable reason = failed;
        while ((reason instanceof CompletionException || reason instanceof ExecutionException)
                && reason.getCause() != null) {
            reason = Objects.requireNonNull(reason.getCause());
        }
        return reason;
    }
}
