package io.tokenvault.secrets.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.token.EnvironmentName;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A keyring with keys of several generations, over its whole life. */
class KeyringGenerationsTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final byte[] DATA = "data".getBytes(UTF_8);

    private final Keyring first = Keyring.generate();
    private final Keyring added = first.withNext();
    private final Keyring promoted = added.promoted();
    private final Keyring alone = promoted.withoutOthers();

    private static Keyring stored(Keyring keyring) {
        return Keyring.of(keyring.toSecret(1)).orElseThrow();
    }

    @Test
    void aKeyThatWasAddedIsKnownAndNotUsed() {
        byte[] mac = added.mac().compute(DATA);

        assertThat(first.mac().matches(mac, DATA)).isTrue();
        assertThat(added.hasNext()).isTrue();
    }

    @Test
    void thePromotedKeyIsUsedAndWasKnownBefore() {
        byte[] mac = promoted.mac().compute(DATA);
        byte[] sealed = promoted.aead().seal(DATA, "row");

        assertThat(first.mac().matches(mac, DATA)).isFalse();
        assertThat(added.mac().matches(mac, DATA)).isTrue();
        assertThat(added.aead().open(sealed, "row")).contains(DATA);
        assertThat(promoted.hasNext()).isFalse();
    }

    @Test
    void olderKeysGoOnUntilTheyAreRetired() {
        byte[] mac = first.mac().compute(DATA);
        byte[] sealed = first.aead().seal(DATA, "row");

        assertThat(promoted.mac().matches(mac, DATA)).isTrue();
        assertThat(promoted.aead().open(sealed, "row")).contains(DATA);
        assertThat(alone.mac().matches(mac, DATA)).isFalse();
        assertThat(alone.aead().open(sealed, "row")).isEmpty();
    }

    @Test
    void aRetiredKeyProvesWhatWasIssuedAndNothingElse() {
        byte[] mac = first.mac().compute(DATA);

        Keyring read = stored(alone);

        assertThat(read.mac().matchesRetired(mac, DATA)).isTrue();
        assertThat(read.mac().matchesRetired(mac, "Data".getBytes(UTF_8))).isFalse();
        assertThat(read.mac().matchesRetired(promoted.mac().compute(DATA), DATA))
                .isFalse();
        assertThat(promoted.mac().matchesRetired(mac, DATA)).isFalse();
    }

    @Test
    void everyGenerationIsReadAsItWasWritten() {
        assertThat(stored(added).hasNext()).isTrue();
        assertThat(stored(promoted).hasNext()).isFalse();
        assertThat(stored(promoted).hasOthers()).isTrue();
        assertThat(stored(alone).hasOthers()).isFalse();
        assertThat(stored(alone).mac().matches(promoted.mac().compute(DATA), DATA))
                .isTrue();
    }

    @Test
    void keysAreNamedByTheFirstBytesOfWhatTheyMake() {
        String old = HexFormat.of().formatHex(first.mac().compute(DATA), 0, 5);
        String fresh = HexFormat.of().formatHex(promoted.mac().compute(DATA), 0, 5);
        String sealing = HexFormat.of().formatHex(promoted.aead().seal(DATA, "row"), 0, 5);

        assertThat(promoted.mac().ids()).isEqualTo(new KeyIds(fresh, Set.of(old)));
        assertThat(alone.mac().ids()).isEqualTo(new KeyIds(fresh, Set.of()));
        assertThat(alone.aead().ids().primary()).isEqualTo(sealing);
    }

    @Test
    void aFingerprintHoldsWhileItsKeysAreInUse() {
        var before = first.fingerprint(PRODUCTION);
        var after = promoted.fingerprint(PRODUCTION);

        assertThat(added.has(before, PRODUCTION)).isTrue();
        assertThat(added.has(after, PRODUCTION)).isTrue();
        assertThat(promoted.has(before, PRODUCTION)).isTrue();
        assertThat(alone.has(after, PRODUCTION)).isTrue();
        assertThat(alone.has(before, PRODUCTION)).isFalse();
        assertThat(first.has(after, PRODUCTION)).isFalse();
    }

    @Test
    void anotherRotationFollowsARetirement() {
        Keyring next = stored(alone).withNext().promoted();

        assertThat(next.mac().matches(alone.mac().compute(DATA), DATA)).isTrue();
        assertThat(next.withoutOthers().mac().matchesRetired(first.mac().compute(DATA), DATA))
                .isTrue();
    }

    @Test
    void itPrintsNothing() {
        assertThat(alone.toString() + alone.mac() + alone.aead()).isEqualTo("Keyring[***]MacKey[***]SealingKey[***]");
    }
}
