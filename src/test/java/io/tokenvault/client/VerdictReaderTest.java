package io.tokenvault.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read as an acceptance, and everything close to one that is not. */
class VerdictReaderTest {
    private static final String ID = "0123456789AB";
    private static final String GOOD = """
            {"active":true,"token_id":"0123456789AB","connection_id":"c0123456789abcdefghijklm","tenant":"acme",\
            "system":"netsuite","environment":"production","scopes":["raw:read","vendors:read"],"state":"retiring",\
            "expires_at":null,"retires_at":"2026-01-02T03:04:05.678Z"}""";
    private static final Demand DEMAND = Demand.scopes("raw:read");

    @Test
    void aVerdictOnTheVeryQuestionIsAccepted() {
        Verdict.Accepted verdict = (Verdict.Accepted) read(GOOD).orElseThrow();

        assertThat(verdict.tenant()).isEqualTo("acme");
        assertThat(verdict.scopes()).isEqualTo(Set.of("raw:read", "vendors:read"));
        assertThat(verdict.state()).isEqualTo(Verdict.State.RETIRING);
        assertThat(verdict.expiresAt()).isEmpty();
        assertThat(verdict.retiresAt()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"new\":{\"a\":[1,-2.5e3,true,{}]}", ",\"new\":\"\\u0041\\\\\\\"\"", ",\"new\":[]"})
    void fieldsOfANewerServiceArePassedOver(String more) {
        String grown = GOOD.substring(0, GOOD.length() - 1) + more + " } \r\n";

        assertThat(read(grown)).containsInstanceOf(Verdict.Accepted.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"active\":true           | \"active\":\"true\"",
                "\"active\":true           | \"active\":1",
                "\"active\":true           | \"active\":null",
                "\"active\":true           | \"active\":false",
                "\"active\":true           | \"active\":true,\"active\":true",
                "\"active\":true           | \"active\":false,\"active\":true",
                "\"active\":true           | \"Active\":true",
                "0123456789AB              | 0123456789AC",
                "\"production\"            | \"sandbox\"",
                "\"raw:read\",             | ``",
                "\"raw:read\"              | \"RAW:READ\"",
                "[\"raw:read\"             | [7",
                "\"retiring\"              | \"revoked\"",
                "\"retiring\"              | \"expired\"",
                "\"retiring\"              | null",
                "\"expires_at\":null,      | ``",
                "\"expires_at\":null       | \"expires_at\":0",
                "2026-01-02T03:04:05.678Z  | tomorrow",
                "\"acme\"                  | \"ac me\"",
                "\"acme\"                  | {\"acme\":1}",
                "\"netsuite\"              | \"<script>\"",
                "c0123456789abcdefghijklm  | c0",
                "{\"active\"               | [{\"active\"",
                "{\"active\"               | {,\"active\"",
                "}                         | ,}",
                "}                         | }}",
                "}                         | } {}",
                "}                         | ``",
                "\"acme\"                  | 'acme'",
                "\"acme\"                  | \"ac\tme\"",
                "\"expires_at\":null       | \"expires_at\":nul",
                "\"expires_at\":null       | \"expires_at\":null,\"n\":01",
                "\"expires_at\":null       | \"expires_at\":null,\"n\":\"\\x\"",
                "\"expires_at\":null       | \"expires_at\":null,\"n\":[[[[[[[[[[1]]]]]]]]]]"
            })
    void anythingElseIsNot(String part, String instead) {
        assertThat(GOOD).contains(part);

        assertThat(read(GOOD.replace(part, instead))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void aRefusalSaysWhy(Reason reason) {
        assertThat(read("{\"active\":false,\"reason\":\"" + reason.code() + "\"}"))
                .contains(new Verdict.Refused(reason));
    }

    @Test
    void aReasonOfANewerServiceIsARefusalToo() {
        assertThat(read("{\"active\":false,\"reason\":\"too_late_in_the_day\"}"))
                .contains(new Verdict.Refused(Reason.OTHER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "null", "true", "\"active\"", "{\"active\":true}", "{\"active\":false}", "\ufeff{}"})
    void littleIsNothing(String body) {
        assertThat(read(body)).isEmpty();
    }

    @Test
    void bytesThatAreNoTextAreNothing() {
        byte[] body = GOOD.replace("acme", "acme\u00ff").getBytes(ISO_8859_1);

        assertThat(VerdictReader.read(body, ID, "production", DEMAND)).isEmpty();
    }

    @Test
    void aLongTextNeedsNoDeepStack() {
        String grown = GOOD.replace("\"scopes\"", "\"new\":\"" + "\\n".repeat(2_000_000) + "\",\"scopes\"");

        assertThat(read(grown)).containsInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void noCutAndNoBrokenByteMakesARefusalAnAcceptance() {
        String refusal = "{\"active\":false,\"reason\":\"revoked\"}";
        Random random = new Random(25);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = (i % 2 == 0 ? refusal : GOOD.replace("raw:read", "assets:read")).getBytes(UTF_8);
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);

            assertThat(VerdictReader.read(body, ID, "production", DEMAND).filter(Verdict.Accepted.class::isInstance))
                    .isEmpty();
        }
    }

    private static Optional<Verdict> read(String body) {
        return VerdictReader.read(body.getBytes(UTF_8), ID, "production", DEMAND);
    }
}
