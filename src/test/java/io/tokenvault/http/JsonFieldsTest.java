package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tokenvault.token.EnvironmentName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {
    private static final Pattern KEY = Pattern.compile("[a-z0-9_.-]{1,63}");

    private record RateLimit(long limit, Duration period) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "\"text\"",
                "{",
                "{\"a\":1}x",
                "{\"a\":1}{}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":{\"b\":1,\"b\":1}}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":-Infinity}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":1,}",
                "{\"a\":[1,]}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\udc00\\ud800\"}",
                "{\"\\ud800\":1}",
                "{\"a\":\"\\u0000\"}",
                "{\"a\":1e400}",
                "{\"a\":1e-400}",
                "{\"a\":1e99999999999}",
                "// note\n{}",
                "/* note */{}",
                "\uFEFF{}",
                "{\"a\":\0}",
            })
    void anythingButOneCleanObjectIsRefused(String body) {
        assertThatThrownBy(() -> JsonFields.parse(body.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.MALFORMED_REQUEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\u00C0\u0080\"}",
                "{\"a\":\"\u00ED\u00A0\u0080\"}",
                "{\"a\":\"\u00E9\"}",
                "\u00FF\u00FE{"
            })
    void bytesThatAreNotUtf8AreRefused(String bytes) {
        assertThatThrownBy(() -> JsonFields.parse(bytes.getBytes(ISO_8859_1)))
                .isInstanceOf(ProblemException.class)
                .hasMessage("the body is not UTF-8");
    }

    @ParameterizedTest
    @CsvSource({"20, true", "21, false", "5000, false"})
    void depthIsBounded(int depth, boolean accepted) {
        byte[] body = ("{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}").getBytes(UTF_8);

        assertThat(accepts(() -> JsonFields.parse(body))).isEqualTo(accepted);
    }

    @Test
    void numbersAreBoundedInLength() {
        assertThat(accepts(() -> parse("{\"a\":" + "9".repeat(100_000) + "}"))).isFalse();
    }

    @Test
    void randomBytesNeverDoAnythingButRefuse() {
        Random random = new Random(20260131);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = "{\"display_name\":\"Ümlaut\",\"n\":[1,2.5e3,true]}".getBytes(UTF_8);
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            assertThat(accepts(() -> JsonFields.parse(body))).isIn(true, false);
        }
    }

    @Test
    void everyErrorIsToldAtOnceAndNoValueIsQuoted() {
        JsonFields body = parse("""
                {"tenant":"se cret","scopes":["se cret"],"labels":{"Se cret":"x"},"unknown_one":"se cret",
                 "rate_limit":{"limit":0,"period":"se cret","secret":1},"tv_prod_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8":1}""");
        body.text("tenant", Pattern.compile("[a-z]+"), "must be lower-case letters");
        body.text("system", 10).required();
        body.list("scopes", 3, EnvironmentName::parse, "names");
        body.textMap("labels", 16, KEY, 256, "must be at most 16 labels");
        body.object("rate_limit", JsonFieldsTest::rateLimit);

        ProblemException problem = catchThrowableOfType(ProblemException.class, body::verify);

        assertThat(problem.errors())
                .extracting(FieldError::field)
                .containsExactlyInAnyOrder(
                        "tenant",
                        "system",
                        "scopes",
                        "labels",
                        "rate_limit.limit",
                        "rate_limit.period",
                        "rate_limit.secret",
                        "unknown_one",
                        "(unreadable name)");
        assertThat(problem.errors().toString()).doesNotContain("se cret", "Se cret", "tv_prod");
    }

    @Test
    void nothingCanBeReadBeforeVerify() {
        Field<String> tenant = parse("{\"tenant\":\"acme\"}").text("tenant", 64);

        assertThatIllegalStateException().isThrownBy(tenant::find);
    }

    @Test
    void nothingCanBeReadAfterVerifyFailed() {
        JsonFields body = parse("{\"tenant\":\"acme\",\"other\":1}");
        Field<String> tenant = body.text("tenant", 64);
        assertThatThrownBy(body::verify).isInstanceOf(ProblemException.class);

        assertThatIllegalStateException().isThrownBy(tenant::find);
    }

    @Test
    void absentAndNullAreToldApart() {
        JsonFields body = parse("{\"cleared\":null,\"set\":\"x\"}");
        Field<String> cleared = body.text("cleared", 5);
        Field<String> left = body.text("left", 5);
        Field<String> set = body.text("set", 5);
        body.verify();

        assertThat(List.of(cleared.given(), left.given(), set.given())).containsExactly(true, false, true);
        assertThat(cleared.find()).isEmpty();
        assertThat(left.find()).isEmpty();
        assertThat(set.get()).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"12345\"",
                "\"üüüüü\"",
                "\"\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00\"",
                "\"\""
            })
    void textIsCountedInCharacters(String value) {
        assertThat(accepts("{\"a\":" + value + "}", body -> body.text("a", 5))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"123456\"", "\"a\\nb\"", "\"a\\u007fb\"", "\"a\\u0085\"", "5", "true", "[]", "{}"})
    void otherTextIsRefused(String value) {
        assertThat(accepts("{\"a\":" + value + "}", body -> body.text("a", 5))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1, true",
        "500, true",
        "0, false",
        "501, false",
        "-1, false",
        "1.0, false",
        "1e2, false",
        "'\"5\"', false",
        "true, false",
        "99999999999999999999, false"
    })
    void numbersAreWholeAndInRange(String value, boolean accepted) {
        assertThat(accepts("{\"a\":" + value + "}", body -> body.number("a", 1, 500)))
                .isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({
        "PT24H, true, true",
        "P30D, true, true",
        "P1DT2H3M4S, true, true",
        "PT0S, false, true",
        "-PT1S, false, false",
        "PT1.5S, false, false",
        "P1Y, false, false",
        "P, false, false",
        "24h, false, false",
        "pt24h, false, false",
    })
    void durationsAreIso8601(String value, boolean positive, boolean orZero) {
        String body = "{\"a\":\"" + value + "\"}";

        assertThat(accepts(body, fields -> fields.duration("a"))).isEqualTo(positive);
        assertThat(accepts(body, fields -> fields.durationOrZero("a"))).isEqualTo(orZero);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T09:30:00Z, 2026-01-31T09:30:00Z",
        "2026-01-31T09:30:00.123456Z, 2026-01-31T09:30:00.123456Z",
        "2026-01-31T09:30:00+02:00, 2026-01-31T07:30:00Z",
    })
    void timesAreRfc3339(String text, String expected) {
        JsonFields body = parse("{\"at\":\"" + text + "\"}");
        Field<Instant> at = body.instant("at");
        body.verify();

        assertThat(at.get()).isEqualTo(Instant.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-31",
                "2026-01-31T09:30Z",
                "2026-02-30T09:30:00Z",
                "2026-01-31 09:30:00Z",
                "2026-01-31T09:30:00",
                "1769852000",
                "+12026-01-31T09:30:00Z"
            })
    void otherTimesAreRefused(String text) {
        assertThat(accepts("{\"a\":\"" + text + "\"}", body -> body.instant("a")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|true",
                "['prod','test']|true",
                "['prod','prod']|false",
                "['prod','test','more','four']|false",
                "['Prod']|false",
                "[1]|false",
                "[null]|false",
                "'prod'|false",
                "{}|false",
            },
            quoteCharacter = '`')
    void listsAreOfDifferentItems(String value, boolean accepted) {
        String body = "{\"a\":" + value.replace('\'', '"') + "}";

        assertThat(accepts(body, fields -> fields.list("a", 3, EnvironmentName::parse, "names of environments")))
                .isEqualTo(accepted);
    }

    @Test
    void labelsKeepTheirOrder() {
        JsonFields body = parse("{\"labels\":{\"b\":\"1\",\"a\":\"\"}}");
        Field<Map<String, String>> labels = body.textMap("labels", 2, KEY, 3, "labels");
        body.verify();

        assertThat(labels.get()).containsExactly(Map.entry("b", "1"), Map.entry("a", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\"}",
                "{\"A\":\"1\"}",
                "{\"\":\"1\"}",
                "{\"a\":\"1234\"}",
                "{\"a\":1}",
                "{\"a\":null}",
                "{\"a\":\"\\n\"}",
                "[]"
            })
    void otherLabelsAreRefused(String value) {
        assertThat(accepts("{\"labels\":" + value + "}", body -> body.textMap("labels", 2, KEY, 3, "labels")))
                .isFalse();
    }

    @Test
    void credentialsComeBackAsCompactJson() {
        JsonFields body = parse("{\"credentials\": { \"user\" : \"ü\", \"n\": 1.50, \"deep\": [ {} , null ] } }");
        Field<byte[]> credentials = body.json("credentials", 100);
        body.verify();

        assertThat(new String(credentials.get(), UTF_8)).isEqualTo("{\"user\":\"ü\",\"n\":1.50,\"deep\":[{},null]}");
    }

    @ParameterizedTest
    @CsvSource({"24000, true", "24001, false"})
    void credentialsAreBounded(int bytes, boolean accepted) {
        String credentials = "{\"a\":\"" + "x".repeat(bytes - 8) + "\"}";

        assertThat(accepts("{\"credentials\":" + credentials + "}", body -> body.json("credentials", 24_000)))
                .isEqualTo(accepted);
    }

    @Test
    void nestedObjectsAreBuiltAfterVerify() {
        JsonFields body = parse(
                "{\"rate_limit\":{\"limit\":5,\"period\":\"PT1M\"},\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");
        Field<Supplier<RateLimit>> limit = body.object("rate_limit", JsonFieldsTest::rateLimit);
        Field<List<Supplier<String>>> items =
                body.objects("items", 1, 2, item -> item.text("name", 9).required()::get);
        body.verify();

        assertThat(limit.get().get()).isEqualTo(new RateLimit(5, Duration.ofMinutes(1)));
        assertThat(items.get()).extracting(Supplier::get).containsExactly("a", "b");
    }

    @Test
    void errorsInListsNameTheItem() {
        JsonFields body = parse("{\"items\":[{\"name\":\"a\"},{\"name\":1,\"x\":1}]}");
        body.objects("items", 1, 2, item -> item.text("name", 9).required()::get);

        ProblemException problem = catchThrowableOfType(ProblemException.class, body::verify);

        assertThat(problem.errors()).extracting(FieldError::field).containsExactly("items[1].name", "items[1].x");
    }

    @Test
    void wordsAndFlagsAreExact() {
        assertThat(accepts("{\"a\":\"one\"}", body -> body.oneOf("a", Set.of("one", "two"))))
                .isTrue();
        assertThat(accepts("{\"a\":\"One\"}", body -> body.oneOf("a", Set.of("one", "two"))))
                .isFalse();
        assertThat(accepts("{\"a\":true}", body -> body.flag("a"))).isTrue();
        assertThat(accepts("{\"a\":\"true\"}", body -> body.flag("a"))).isFalse();
        assertThat(accepts("{\"a\":1}", body -> body.flag("a"))).isFalse();
    }

    private static Supplier<RateLimit> rateLimit(JsonFields fields) {
        Field<Long> limit = fields.number("limit", 1, 100).required();
        Field<Duration> period = fields.duration("period").required();
        return () -> new RateLimit(limit.get(), period.get());
    }

    private static JsonFields parse(String body) {
        return JsonFields.parse(body.getBytes(UTF_8));
    }

    private static boolean accepts(String body, Consumer<JsonFields> reader) {
        return accepts(() -> {
            JsonFields fields = parse(body);
            reader.accept(fields);
            fields.verify();
        });
    }

    private static boolean accepts(Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (ProblemException refused) {
            assertThat(refused.code()).isEqualTo(ProblemCode.MALFORMED_REQUEST);
            return false;
        }
    }
}
