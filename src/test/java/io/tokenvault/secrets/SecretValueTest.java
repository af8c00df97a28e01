package io.tokenvault.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class SecretValueTest {
    private static final SecretValue VALUE = SecretValue.parse("{\"token\":\"canary\"}");

    @Test
    void printsNothingOfItself() {
        assertThat(VALUE.toString()).doesNotContain("canary");
        assertThat(VALUE).hasSameHashCodeAs(SecretValue.parse("{}"));
    }

    @Test
    void isEqualToTheSameValueOnly() {
        assertThat(VALUE).isEqualTo(SecretValue.parse("{ \"token\": \"canary\" }"));
        assertThat(VALUE).isNotEqualTo(SecretValue.parse("{\"token\":\"another\"}"));
    }

    @Test
    void cannotBeWrittenAsJsonByMistake() throws Exception {
        ObjectMapper lenient = new ObjectMapper()
                .configure(com.fasterxml.jackson.databind.SerializationFeature.FAIL_ON_EMPTY_BEANS, false);

        assertThat(lenient.writeValueAsString(VALUE)).doesNotContain("canary");
    }

    @Test
    void whatIsNoObjectIsRefusedWithoutAWordOfIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecretValue.parse("\"canary\""))
                .withMessageNotContaining("canary");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecretValue.parse("{\"canary\""))
                .withMessageNotContaining("canary")
                .withNoCause();
    }
}
