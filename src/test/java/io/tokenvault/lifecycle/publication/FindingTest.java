package io.tokenvault.lifecycle.publication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.StoredSecret;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FindingTest {
    private static final SecretValue WANTED =
            SecretValue.parse("{\"token\":\"t\",\"token_id\":\"i\",\"generation\":3}");

    @Test
    void theValueIsThereWhateverTheOrderOfItsFields() {
        SecretValue same = SecretValue.parse("{\"generation\":3,\"token_id\":\"i\",\"token\":\"t\"}");

        assertThat(found(same, 3)).isEqualTo(Finding.RIGHT);
    }

    @Test
    void aValueThatWasGivenANewGenerationIsStillTheValue() {
        assertThat(Finding.of(WANTED, 7, Optional.of(new StoredSecret(WANTED.withGeneration(7), 7))))
                .isEqualTo(Finding.RIGHT);
    }

    @Test
    void anotherValueUnderTheSameGenerationWasAltered() {
        SecretValue other = SecretValue.parse("{\"token\":\"x\",\"token_id\":\"i\",\"generation\":3}");

        assertThat(found(other, 3)).isEqualTo(Finding.ALTERED);
    }

    @Test
    void anEarlierGenerationIsOlderWhateverItsValue() {
        assertThat(found(WANTED.withGeneration(2), 2)).isEqualTo(Finding.OLDER);
        assertThat(found(SecretValue.parse("{\"token\":\"x\"}"), 0)).isEqualTo(Finding.OLDER);
    }

    @Test
    void aLaterGenerationIsNotOurs() {
        assertThat(found(WANTED.withGeneration(4), 4)).isEqualTo(Finding.LATER);
    }

    @Test
    void nothingWhereAValueShouldBeIsMissing() {
        assertThat(Finding.of(WANTED, 3, Optional.empty())).isEqualTo(Finding.MISSING);
    }

    @Test
    void whereNothingShouldBeOnlyNothingIsRight() {
        assertThat(Finding.of(null, 3, Optional.empty())).isEqualTo(Finding.RIGHT);
        assertThat(Finding.of(null, 3, Optional.of(new StoredSecret(WANTED, 9))))
                .isEqualTo(Finding.REAPPEARED);
    }

    private static Finding found(SecretValue value, long generation) {
        return Finding.of(WANTED, 3, Optional.of(new StoredSecret(value, generation)));
    }
}
