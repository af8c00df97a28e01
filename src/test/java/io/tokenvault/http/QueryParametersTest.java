package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.token.EnvironmentName;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParametersTest {
    private static final Pattern KEY = Pattern.compile("[a-z0-9_.-]{1,63}");

    @ParameterizedTest
    @NullAndEmptySource
    void withoutParametersTheDefaultsHold(@Nullable String query) {
        QueryParameters parameters = QueryParameters.parse(query);
        Supplier<PageRequest> page = parameters.page();
        Field<EnvironmentName> environment = environment(parameters);
        parameters.verify();

        assertThat(page.get().limit()).isEqualTo(50);
        assertThat(page.get().after()).isEmpty();
        assertThat(environment.find()).isEmpty();
    }

    @Test
    void everyParameterIsRead() {
        Cursor cursor = new Cursor(Instant.parse("2026-01-31T09:30:00.123456Z"), "c0123");
        QueryParameters parameters = QueryParameters.parse("environment=production&limit=500&cursor=" + cursor.encode()
                + "&label=team=payments&label=tier%3Da%20b+c&from=2026-01-31T09:30:00%2B01:00");
        Supplier<PageRequest> page = parameters.page();
        Field<EnvironmentName> environment = environment(parameters);
        Field<List<QueryParameters.Label>> labels = parameters.labels(KEY, 256);
        Field<Instant> from = parameters.instant("from");
        parameters.verify();

        assertThat(environment.get()).hasToString("production");
        assertThat(page.get().limit()).isEqualTo(500);
        assertThat(page.get().after()).contains(cursor);
        assertThat(labels.get())
                .containsExactly(
                        new QueryParameters.Label("team", "payments"), new QueryParameters.Label("tier", "a b c"));
        assertThat(from.get()).isEqualTo(Instant.parse("2026-01-31T08:30:00Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "colour=red",
                "environment=production&environment=production",
                "environment=",
                "environment",
                "environment=Prod",
                "limit=0",
                "limit=501",
                "limit=-1",
                "limit=+5",
                "limit=05",
                "limit=5.0",
                "limit=",
                "limit=5&limit=5",
                "cursor=",
                "cursor=abc",
                "cursor=%3D%3D",
                "label=novalue",
                "label==x",
                "label=A=x",
                "label=a=%0A",
                "%zz=1",
                "limit=%",
                "limit=%4",
                "environment=%ff",
                "&",
                "limit=5&&cursor",
                "environment=%00",
                "Limit=5",
                "=",
                "environment[]=production",
            })
    void anythingElseIsRefused(String query) {
        assertThatThrownBy(() -> {
                    QueryParameters parameters = QueryParameters.parse(query);
                    environment(parameters);
                    parameters.page();
                    parameters.labels(KEY, 256);
                    parameters.verify();
                })
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.MALFORMED_REQUEST));
    }

    @Test
    void cursorsSurviveTheRoundTrip() {
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            Instant at = Instant.ofEpochSecond(random.nextLong(0, 4_000_000_000L), random.nextInt(1_000_000) * 1_000L);
            Cursor cursor = new Cursor(at, "c" + Long.toString(random.nextLong(Long.MAX_VALUE), 36));

            assertThat(Cursor.parse(cursor.encode())).contains(cursor);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T09:30:00Z",
        "|c1",
        "2026-01-31T09:30:00Z|",
        "2026-01-31T09:30:00Z|c1|c2",
        "2026-13-31T09:30:00Z|c1",
        "2026-01-31T09:30:00.000Z|c1",
        "2026-01-31T09:30:00Z|c 1",
    })
    void otherCursorsAreRefused(String text) {
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));

        assertThat(Cursor.parse(encoded)).isEmpty();
        assertThat(Cursor.parse(new Cursor(Instant.EPOCH, "c1").encode() + "=")).isEmpty();
    }

    @Test
    void changedCursorsAreRefusedOrStillCanonical() {
        String encoded = new Cursor(Instant.parse("2026-01-31T09:30:00.5Z"), "c0123").encode();
        Random random = new Random(11);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder changed = new StringBuilder(encoded);
            changed.setCharAt(random.nextInt(changed.length()), (char) random.nextInt(33, 127));

            List<Cursor> parsed = Cursor.parse(changed.toString()).stream().toList();

            assertThat(parsed).allMatch(cursor -> cursor.encode().equals(changed.toString()));
        }
    }

    private static Field<EnvironmentName> environment(QueryParameters parameters) {
        return parameters.value("environment", EnvironmentName::parse, "must be the name of an environment");
    }
}
