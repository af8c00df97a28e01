package io.tokenvault.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StrayVariablesTest {
    private static final Map<String, String> FILE = Map.of(
            "token-vault.environments.production.mark", "prod",
            "token-vault.environments.production.max-life", "P30D",
            "token-vault.backends.main.tls.ca-file", "/ca.pem",
            "%prod.token-vault.backends.main.url", "https://a",
            "%dev.token-vault.backends.other.url", "https://b");

    private static Set<String> stray(String variable) {
        return StrayVariables.among(
                List.of(
                        new PropertiesConfigSource(FILE, "file", 100),
                        new EnvConfigSource(Map.of(variable, "value"), 300)),
                List.of("prod"));
    }

    @Test
    void aVariableMayOverrideAKeyOfAFile() {
        assertThat(stray("TOKEN_VAULT_ENVIRONMENTS_PRODUCTION_MARK")).isEmpty();
        assertThat(stray("TOKEN_VAULT_ENVIRONMENTS_PRODUCTION_MAX_LIFE")).isEmpty();
        assertThat(stray("TOKEN_VAULT_BACKENDS_MAIN_TLS_CA_FILE")).isEmpty();
    }

    @Test
    void aVariableMayOverrideAKeyOfAnActiveProfile() {
        assertThat(stray("TOKEN_VAULT_BACKENDS_MAIN_URL")).isEmpty();
        assertThat(stray("_PROD_TOKEN_VAULT_BACKENDS_MAIN_URL")).isEmpty();
    }

    @Test
    void aVariableOfAnUnknownEntryIsStray() {
        assertThat(stray("TOKEN_VAULT_ENVIRONMENTS_PRODUCTOIN_MARK"))
                .containsExactly("TOKEN_VAULT_ENVIRONMENTS_PRODUCTOIN_MARK");
        assertThat(stray("TOKEN_VAULT_BACKENDS_SPARE_URL")).containsExactly("TOKEN_VAULT_BACKENDS_SPARE_URL");
    }

    @Test
    void aVariableOfAKeyThatNoFileHasIsStray() {
        assertThat(stray("TOKEN_VAULT_ENVIRONMENTS_PRODUCTION_STORAGE"))
                .containsExactly("TOKEN_VAULT_ENVIRONMENTS_PRODUCTION_STORAGE");
    }

    @Test
    void aKeyOfAnotherProfileDoesNotCount() {
        assertThat(stray("TOKEN_VAULT_BACKENDS_OTHER_URL")).containsExactly("TOKEN_VAULT_BACKENDS_OTHER_URL");
    }

    @Test
    void lowerCaseIsAVariableToo() {
        assertThat(stray("token_vault_backends_spare_url")).containsExactly("TOKEN_VAULT_BACKENDS_SPARE_URL");
    }

    @Test
    void otherVariablesAreNoneOfThis() {
        assertThat(stray("TOKEN_VAULT_LEASE")).isEmpty();
        assertThat(stray("TOKEN_VAULT_BOOTSTRAP_KEY")).isEmpty();
        assertThat(stray("PATH")).isEmpty();
    }
}
