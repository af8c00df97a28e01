package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.testing.Postgres;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The running service has keys for every environment, and they are in the backend. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class KeyringsStartTest {
    @Inject
    Environments environments;

    @Inject
    Backends backends;

    @Inject
    TokenMacs macs;

    @Inject
    Sealer sealer;

    private List<EnvironmentName> names() {
        return Stream.concat(environments.all().stream().map(Environment::name), Stream.of(EnvironmentName.SYSTEM))
                .toList();
    }

    @Test
    void everyEnvironmentHasKeys() {
        byte[] data = "data".getBytes(UTF_8);

        assertThat(names()).hasSizeGreaterThan(1).allSatisfy(name -> {
            assertThat(macs.matches(name, macs.compute(name, data), data)).isTrue();
            assertThat(sealer.unseal(name, "row", sealer.seal(name, "row", data)))
                    .isEqualTo(data);
        });
    }

    @Test
    void everyKeyringIsInItsBackend() {
        assertThat(names())
                .allSatisfy(name -> assertThat(backends.of(name).get(new SecretName.Keyring(name)))
                        .isPresent());
    }
}
