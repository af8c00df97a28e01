package io.tokenvault.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.tokenvault.secrets.ObservedSecretsBackend.Telemetry;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.local.LocalSecretsBackend;
import io.tokenvault.token.ConnectionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservedSecretsBackendTest extends SecretsBackendContract {
    private static final SecretName NAME =
            new SecretName.ConnectionToken(PRODUCTION, new ConnectionId("c00000000000000000000000"));
    private static final SecretValue VALUE = SecretValue.of(json().put("token", "t"));

    @TempDir
    private Path folder;

    private SimpleMeterRegistry meters;
    private SecretsBackend backend;
    private SecretsBackend replica;

    @BeforeEach
    void open() {
        meters = new SimpleMeterRegistry();
        backend = observed();
        replica = observed();
    }

    private SecretsBackend observed() {
        SecretsBackend local = LocalSecretsBackend.open("main", folder.resolve("secrets"), folder.resolve("key"));
        return new ObservedSecretsBackend(
                "main", local, new Telemetry(meters, OpenTelemetry.noop().getTracer("none")));
    }

    @Override
    protected SecretsBackend backend() {
        return backend;
    }

    @Override
    protected SecretsBackend replica() {
        return replica;
    }

    private List<String> measured() {
        return meters.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag("backend") + " " + id.getTag("operation") + " " + id.getTag("outcome"))
                .sorted()
                .toList();
    }

    @Test
    void everyOutcomeIsTimed() {
        backend.get(NAME);
        backend.put(NAME, VALUE, 2);
        backend.put(NAME, VALUE, 1);
        backend.get(NAME);
        backend.delete(NAME);
        backend.check();

        assertThat(measured())
                .containsExactly(
                        "main check done",
                        "main delete done",
                        "main get absent",
                        "main get found",
                        "main put current",
                        "main put superseded");
    }

    @Test
    void failuresAreTimedAndPassedOn() throws IOException {
        backend.put(NAME, VALUE, 1);
        Files.writeString(folder.resolve("secrets").resolve(NAME.path() + ".sealed"), "x");

        assertThatThrownBy(() -> backend.get(NAME)).isInstanceOf(Rejected.class);

        assertThat(measured()).contains("main get rejected");
    }

    @Test
    void noTagNamesASecret() {
        backend.put(NAME, VALUE, 1);

        assertThat(meters.getMeters())
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(Tag::getValue)
                .noneMatch(value -> value.contains("c0000"));
    }
}
