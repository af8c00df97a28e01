package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.connection.RateLimit;
import io.tokenvault.token.TokenId;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How replicas divide a limit between them. */
class LimitedTokenTest {
    private static final PackedId ID = PackedId.of(new TokenId("0123456789AB"));

    @Test
    void oneReplicaHasTheWholeLimit() {
        LimitedToken token = new LimitedToken(ID, new RateLimit(5, "PT1H"), 1);

        assertThat(burst(token)).isEqualTo(5);
    }

    @Test
    void replicasThatNobodyAskedYetHaveEqualParts() {
        LimitedToken token = new LimitedToken(ID, new RateLimit(100, "PT1H"), 4);

        assertThat(burst(token)).isEqualTo(25);
    }

    @Test
    void whoIsAskedMoreGetsMoreAndEverybodyKeepsSomething() {
        LimitedToken busy = new LimitedToken(ID, new RateLimit(100, "PT1H"), 2);
        LimitedToken quiet = new LimitedToken(ID, new RateLimit(100, "PT1H"), 2);

        for (int second = 0; second < 3; second++) {
            busy.share(1000, 0, 2);
            quiet.share(0, 1000, 2);
        }

        assertThat(burst(busy)).isEqualTo(87);
        assertThat(burst(quiet)).isEqualTo(12);
    }

    @Test
    void whoDoesNotKnowYetWhatTheOthersAreAskedForTakesNoMore() {
        LimitedToken token = new LimitedToken(ID, new RateLimit(100, "PT1H"), 2);
        int taken = burst(token);

        token.share(1000, 0, 2); // the other one has not reported
        taken += burst(token);
        token.share(1000, 1000, 2);
        taken += burst(token);

        assertThat(taken).isEqualTo(50);
    }

    @Test
    void aSmallerPartIsInForceAtOnce() {
        LimitedToken token = new LimitedToken(ID, new RateLimit(100, "PT1H"), 2);

        token.share(0, 1000, 2);

        assertThat(burst(token)).isEqualTo(12);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allPartsTogetherAreTheLimitAtMost(int seed) {
        Random random = new Random(seed);
        int replicas = 1 + random.nextInt(6);
        long limit = replicas * 4L + random.nextInt(1000);
        long[] wanted = random.longs(replicas, 0, 10_000).toArray();
        long all = IntStream.range(0, replicas).mapToLong(i -> wanted[i]).sum();
        long together = 0;
        for (long own : wanted) {
            LimitedToken token = new LimitedToken(ID, new RateLimit(limit, "PT1H"), replicas);
            for (int second = 0; second < 3; second++) {
                token.share(own, all - own, replicas);
            }
            together += burst(token);
        }

        assertThat(together).isBetween(limit - replicas, limit);
    }

    private static int burst(LimitedToken token) {
        int taken = 0;
        while (token.take().isZero()) {
            taken++;
        }
        return taken;
    }

    static IntStream seeds() {
        return IntStream.range(0, 30);
    }
}
