package io.tokenvault.lifecycle.publication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestraintTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 10", "10, 900", "10, 1000", "11, 1100", "500, 50000"})
    void oneInAHundredAndTenInAnyCaseAreDamage(long concerned, long names) {
        assertThat(Restraint.allows(concerned, names)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"11, 11", "11, 1099", "501, 50000"})
    void moreAreNot(long concerned, long names) {
        assertThat(Restraint.allows(concerned, names)).isFalse();
    }

    @Test
    void aDatabaseInWhichNothingFitsOverrulesNothing() {
        assertThat(Restraint.allows(100_000, 100_000)).isFalse();
    }
}
