package io.tokenvault.http;

import io.tokenvault.token.Timestamp;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of a query string, each by its name and form. Parameters that nobody asked for, and repeated
 * ones except {@code label}, are errors. As with {@link JsonFields}, {@link #verify()} throws one 400 that names
 * everything, and only after it can values be read.
 */
public final class QueryParameters {
    private static final int DEFAULT_LIMIT = 50;
    private static final int LARGEST_LIMIT = 500;
    private static final int MOST = 64;
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,2}");

    private final Map<String, List<String>> parameters;
    private final FieldErrors errors = new FieldErrors();
    private final Set<String> asked = new HashSet<>();

    private QueryParameters(Map<String, List<String>> parameters) {
        this.parameters = parameters;
    }

    public static QueryParameters of(RoutingContext exchange) {
        return parse(exchange.request().query());
    }

    /** The parameters of a raw query string, without its question mark; 400 when the percent-encoding is broken. */
    public static QueryParameters parse(@Nullable String query) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (query != null && !query.isEmpty()) {
            String[] pairs = query.split("&", MOST + 1);
            if (pairs.length > MOST) {
                throw ProblemException.malformed("the query has more than " + MOST + " parameters");
            }
            for (String pair : pairs) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                parameters.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
            }
        }
        return new QueryParameters(parameters);
    }

    /** 400 when this request has any parameter at all: for endpoints that take none. */
    public static void refuseAll(RoutingContext exchange) {
        if (exchange.request().query() != null) {
            of(exchange).verify();
        }
    }

    /** Throws one {@link ProblemException} with every error; afterwards values can be read. */
    public void verify() {
        for (String name : parameters.keySet()) {
            if (!asked.contains(name)) {
                errors.add(FieldErrors.shown(name), "is not a parameter of this request");
            }
        }
        errors.verify();
    }

    /** A parameter that {@code parse} understands: an id, a name, a code. */
    public <T> Field<T> value(String name, Function<String, Optional<T>> parse, String rule) {
        List<String> values = ask(name);
        if (values.size() > 1) {
            errors.add(name, "must not be repeated");
        }
        if (values.isEmpty()) {
            return new Field<>(errors, name, false, null);
        }
        Optional<T> value = Percent.isText(values.getFirst()) ? parse.apply(values.getFirst()) : Optional.empty();
        if (value.isEmpty()) {
            errors.add(name, rule);
        }
        return new Field<>(errors, name, true, value.orElse(null));
    }

    /** One of these words. */
    public Field<String> oneOf(String name, Set<String> allowed) {
        return value(
                name,
                text -> Optional.of(text).filter(allowed::contains),
                "must be one of " + String.join(", ", allowed.stream().sorted().toList()));
    }

    /** A point in time as in RFC 3339; its {@code +} must be percent-encoded. */
    public Field<Instant> instant(String name) {
        return value(name, Timestamp::parse, Timestamp.RULE);
    }

    /** {@code limit} (1 to 500, 50 when left out) and {@code cursor}; call the supplier after {@link #verify()}. */
    public Supplier<PageRequest> page() {
        Field<Integer> limit = value(
                "limit",
                text -> Optional.of(text)
                        .filter(number -> NUMBER.matcher(number).matches())
                        .map(Integer::valueOf)
                        .filter(number -> number <= LARGEST_LIMIT),
                "must be a whole number from 1 to " + LARGEST_LIMIT);
        Field<Cursor> cursor = value("cursor", Cursor::parse, "is not a next_cursor of this list");
        return () -> new PageRequest(limit.orElse(DEFAULT_LIMIT), cursor.find());
    }

    /** A {@code key=value} that an object must carry. */
    public record Label(String key, String value) {}

    /** Each {@code label=key=value}; repeated means all of them. */
    public Field<List<Label>> labels(Pattern key, int longestValue) {
        List<String> values = ask("label");
        List<Label> labels = new ArrayList<>();
        for (String text : values) {
            int equals = text.indexOf('=');
            boolean fits = equals > 0
                    && key.matcher(text.substring(0, equals)).matches()
                    && text.codePointCount(equals + 1, text.length()) <= longestValue
                    && Percent.isText(text);
            if (fits) {
                labels.add(new Label(text.substring(0, equals), text.substring(equals + 1)));
            } else {
                errors.add("label", "must be key=value");
            }
        }
        return new Field<>(errors, "label", !values.isEmpty(), values.isEmpty() ? null : labels);
    }

    private List<String> ask(String name) {
        if (!asked.add(name)) {
            throw new IllegalStateException(name + " was asked for twice");
        }
        return parameters.getOrDefault(name, List.of());
    }

    private static String decode(String text) {
        return Percent.decode(text.replace('+', ' '))
                .orElseThrow(() -> ProblemException.malformed("the percent-encoding of the query is broken"));
    }

    /** Says nothing of what is in it. */
    @Override
    public String toString() {
        return "QueryParameters";
    }
}
