package io.tokenvault.secrets;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Times every call as {@code token_vault.secrets.backend}, by backend, operation and outcome, and where traces are on it
 * is a span with the same attributes. None of them holds the name of a secret.
 */
public final class ObservedSecretsBackend implements SecretsBackend {
    private static final String METER = "token_vault.secrets.backend";

    private final String name;
    private final SecretsBackend backend;
    private final Telemetry telemetry;

    /** Where calls are told. */
    public record Telemetry(MeterRegistry meters, Tracer tracer) {}

    /** @param name the configured name of the backend */
    public ObservedSecretsBackend(String name, SecretsBackend backend, Telemetry telemetry) {
        this.name = name;
        this.backend = backend;
        this.telemetry = telemetry;
    }

    @Override
    public Publication put(SecretName secret, SecretValue value, long generation) {
        return timed(
                "put",
                () -> backend.put(secret, value, generation),
                outcome -> outcome.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Optional<StoredSecret> get(SecretName secret) {
        return timed("get", () -> backend.get(secret), found -> found.isPresent() ? "found" : "absent");
    }

    @Override
    public void delete(SecretName secret) {
        timed(
                "delete",
                () -> {
                    backend.delete(secret);
                    return true;
                },
                _ -> "done");
    }

    @Override
    public void check() {
        timed(
                "check",
                () -> {
                    backend.check();
                    return true;
                },
                _ -> "done");
    }

    private <T> T timed(String operation, Supplier<T> call, Function<T, String> named) {
        Timer.Sample sample = Timer.start(telemetry.meters());
        Span span = telemetry
                .tracer()
                .spanBuilder("secrets " + operation)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("secrets.backend", name)
                .startSpan();
        String outcome = "failed";
        try (Scope _ = span.makeCurrent()) {
            T result = call.get();
            outcome = named.apply(result);
            return result;
        } catch (SecretsBackendException failed) {
            outcome = outcome(failed);
            span.setStatus(StatusCode.ERROR);
            throw failed;
        } finally {
            span.setAttribute("secrets.outcome", outcome).end();
            sample.stop(telemetry.meters().timer(METER, "backend", name, "operation", operation, "outcome", outcome));
        }
    }

    private static String outcome(SecretsBackendException failed) {
        return switch (failed) {
            case Unavailable _ -> "unavailable";
            case OutcomeUnknown _ -> "outcome_unknown";
            case Denied _ -> "denied";
            case Rejected _ -> "rejected";
            case SecretsBackendException _ -> "failed";
        };
    }

    @Override
    public String toString() {
        return backend.toString();
    }
}
