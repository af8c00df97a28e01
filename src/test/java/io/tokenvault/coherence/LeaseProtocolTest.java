package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tokenvault.coherence.LeaseSimulation.Mistake;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise of a revocation, over thousands of histories; {@code -Dlease.seed=N} repeats one. */
class LeaseProtocolTest {
    private static final int HISTORIES = Integer.getInteger("lease.histories", 3_000);
    private static final int HISTORIES_OF_A_MISTAKE = 20_000;

    @Test
    void noReplicaAcceptsWhatWasRevoked() {
        long first = Long.getLong("lease.seed", new Random().nextLong() >>> 16);
        int runs = System.getProperty("lease.seed") == null ? HISTORIES : 1;
        int acknowledged = 0;
        for (long seed = first; seed < first + runs; seed++) {
            LeaseSimulation simulation = new LeaseSimulation(seed, Mistake.NONE);
            try {
                simulation.run();
            } catch (AssertionError broken) {
                fail("repeat with -Dlease.seed=" + seed + ": " + broken.getMessage());
            }
            acknowledged += simulation.acknowledged();
        }
        assertThat(acknowledged).isGreaterThan(runs == 1 ? -1 : runs);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aMistakeIsFound(Mistake mistake) {
        OptionalLong found = LongStream.range(0, HISTORIES_OF_A_MISTAKE)
                .filter(seed -> breaks(seed, mistake))
                .findFirst();

        assertThat(found).isPresent();
    }

    private static boolean breaks(long seed, Mistake mistake) {
        try {
            new LeaseSimulation(seed, mistake).run();
            return false;
        } catch (AssertionError broken) {
            return true;
        }
    }
}
