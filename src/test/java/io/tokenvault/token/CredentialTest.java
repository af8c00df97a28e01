package io.tokenvault.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialTest {
    private static final String VECTOR = "tv_prod_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8";
    private final SecureRandom random = new SecureRandom();

    @Test
    void thePublishedTestVectorComesOut() {
        byte[] secret = new byte[32];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) i;
        }

        Credential token = Credential.of("tv_prod_", "0123456789AB", secret);

        assertThat(token.reveal()).isEqualTo(VECTOR);
        assertThat(token.keyId()).isEqualTo(new TokenId("0123456789AB"));
        assertThat(token.mark()).contains(new Mark("prod"));
    }

    @Test
    void whatIsIssuedHasTheFormAndCanBeReadBack() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            Credential token = Credential.newToken(new Mark("sandboxx"), random);

            assertThat(token.reveal()).matches("tv_[a-z]{2,8}_[0-9A-Za-z]{61}");
            assertThat(Credential.parseToken(token.reveal()))
                    .map(Credential::keyId)
                    .contains(token.keyId());
            assertThat(seen.add(token.reveal())).isTrue();
        }
    }

    @Test
    void oneChangedCharacterAnywhereIsNoticed() {
        for (int i = 0; i < VECTOR.length(); i++) {
            for (char other : new char[] {'0', '1', 'Z', 'z', '_', '-', ' '}) {
                if (VECTOR.charAt(i) != other) {
                    String changed = VECTOR.substring(0, i) + other + VECTOR.substring(i + 1);

                    assertThat(Credential.parseToken(changed)).as(changed).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tv_",
                "tv__0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8",
                "tv_prod_",
                " tv_prod_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8",
                "tv_prod_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8\n",
                "tvo_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8",
                "tv_PROD_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8"
            })
    void otherTextIsNoToken(String text) {
        assertThat(Credential.parseToken(text)).isEmpty();
    }

    @Test
    void anOperatorKeyIsNoTokenAndTheReverse() {
        Credential key = Credential.newOperatorKey(random);

        assertThat(key.reveal()).matches("tvo_[0-9A-Za-z]{61}");
        assertThat(Credential.parseToken(key.reveal())).isEmpty();
        assertThat(Credential.parseOperatorKey(VECTOR)).isEmpty();
        assertThat(Credential.parseOperatorKey(key.reveal()).flatMap(Credential::mark))
                .isEmpty();
    }

    @Test
    void printsItsIdAndNothingElse() {
        Credential token = Credential.newToken(new Mark("prod"), random);

        assertThat(token.toString()).isEqualTo("Credential[" + token.keyId() + "]");
    }
}
