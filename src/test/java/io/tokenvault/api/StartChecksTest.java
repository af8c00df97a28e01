package io.tokenvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

class StartChecksTest {
    private static final Map<String, String> COMPLETE = Map.of(
            "quarkus.profile", "prod",
            "quarkus.datasource.jdbc.url", "jdbc:postgresql://database/vault",
            "token-vault.authz.allowed-sources", "10.0.0.0/8");

    @Test
    void aCompleteProductionStarts() {
        assertThat(StartChecks.refusal(config(COMPLETE))).isEmpty();
    }

    @Test
    void productionNeedsADatabase() {
        assertRefusal("quarkus.datasource.jdbc.url");
    }

    @Test
    void productionNeedsToKnowItsGateways() {
        assertRefusal("token-vault.authz.allowed-sources");
    }

    @Test
    void otherProfilesBringTheirOwn() {
        assertThat(StartChecks.refusal(config(Map.of("quarkus.profile", "embedded"))))
                .isEmpty();
    }

    private static void assertRefusal(String missing) {
        Map<String, String> settings = new HashMap<>(COMPLETE);
        settings.put(missing, " ");

        assertThat(StartChecks.refusal(config(settings)))
                .hasValueSatisfying(line -> assertThat(line).contains(missing).doesNotContain("\n"));
    }

    private static Config config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "test", 500))
                .build();
    }
}
