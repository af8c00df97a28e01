package io.tokenvault.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.token.IsoDuration;
import io.tokenvault.token.Timestamp;
import java.time.Duration;
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
 * Reads the fields of a JSON object, each by its name and form; fields that nobody asked for are errors.
 * {@link #verify()} throws one 400 that names everything that is wrong, and only after it can values be read. Messages
 * never quote a value.
 */
public final class JsonFields {
    private final JsonNode object;
    private final String prefix;
    private final FieldErrors errors;
    private final Set<String> asked = new HashSet<>();
    private final List<JsonFields> nested = new ArrayList<>();

    private JsonFields(JsonNode object, String prefix, FieldErrors errors) {
        this.object = object;
        this.prefix = prefix;
        this.errors = errors;
    }

    /** The object in this body; 400 when the body is anything but one JSON object, {@code null} included. */
    public static JsonFields parse(byte[] body) {
        return of(StrictJson.parse(body));
    }

    /** As {@link #parse}, for a document that was read already. */
    public static JsonFields of(JsonNode document) {
        if (!document.isObject()) {
            throw ProblemException.malformed("the body is not a JSON object");
        }
        return new JsonFields(document, "", new FieldErrors());
    }

    /** Throws one {@link ProblemException} with every error, unknown fields included; afterwards values can be read. */
    public void verify() {
        refuseUnknown();
        errors.verify();
    }

    /** Text of at most {@code max} characters, none of them a control character. */
    public Field<String> text(String name, int max) {
        return field(
                name,
                node -> readText(node)
                        .filter(text -> text.codePointCount(0, text.length()) <= max && Percent.isText(text))
                        .orElse(null),
                "must be text of at most " + max + " characters without control characters");
    }

    /** Text that matches {@code pattern} as a whole. */
    public Field<String> text(String name, Pattern pattern, String rule) {
        return field(
                name,
                node -> readText(node)
                        .filter(text -> pattern.matcher(text).matches())
                        .orElse(null),
                rule);
    }

    /** Text that {@code parse} understands: an id, a name, a code. */
    public <T> Field<T> value(String name, Function<String, Optional<T>> parse, String rule) {
        return field(name, node -> readText(node).flatMap(parse).orElse(null), rule);
    }

    /** One of these words. */
    public Field<String> oneOf(String name, Set<String> allowed) {
        return field(
                name,
                node -> readText(node).filter(allowed::contains).orElse(null),
                "must be one of " + String.join(", ", allowed.stream().sorted().toList()));
    }

    public Field<Boolean> flag(String name) {
        return field(name, node -> node.isBoolean() ? node.booleanValue() : null, "must be true or false");
    }

    /** A whole number, written without fraction and exponent. */
    public Field<Long> number(String name, long min, long max) {
        return field(
                name,
                node -> node.isIntegralNumber()
                                && node.canConvertToLong()
                                && node.longValue() >= min
                                && node.longValue() <= max
                        ? node.longValue()
                        : null,
                "must be a whole number from " + min + " to " + max);
    }

    /** An ISO 8601 duration of more than zero. */
    public Field<Duration> duration(String name) {
        return value(
                name,
                text -> IsoDuration.parse(text).filter(Duration::isPositive),
                "must be a positive ISO 8601 duration such as PT24H or P30D");
    }

    /** An ISO 8601 duration of zero or more. */
    public Field<Duration> durationOrZero(String name) {
        return value(name, IsoDuration::parse, "must be an ISO 8601 duration such as PT0S, PT24H or P30D");
    }

    /** A point in time as in RFC 3339, with any offset. */
    public Field<Instant> instant(String name) {
        return value(name, Timestamp::parse, Timestamp.RULE);
    }

    /** A list of at most {@code max} different items, each of which {@code parse} understands. */
    public <T> Field<List<T>> list(String name, int max, Function<String, Optional<T>> parse, String rule) {
        return field(
                name,
                node -> readList(node, max, parse),
                "must be a list of at most " + max + " different items: " + rule);
    }

    /** An object of at most {@code max} entries whose names match {@code key}, and whose values are text. */
    public Field<Map<String, String>> textMap(String name, int max, Pattern key, int longestValue, String rule) {
        return field(name, node -> readMap(node, max, key, longestValue), rule);
    }

    /** Any JSON object of at most {@code maxBytes} bytes, as compact JSON: what a caller hands over unread. */
    public Field<byte[]> json(String name, int maxBytes) {
        return field(
                name, node -> readObject(node, maxBytes), "must be a JSON object of at most " + maxBytes + " bytes");
    }

    /** An object with fields of its own: {@code reader} asks for them, and what it returns is called after verify. */
    public <T> Field<Supplier<T>> object(String name, Function<JsonFields, Supplier<T>> reader) {
        return field(name, node -> node.isObject() ? read(node, prefix + name, reader) : null, "must be an object");
    }

    /** A list of {@code min} to {@code max} objects, each read as by {@link #object}. */
    public <T> Field<List<Supplier<T>>> objects(
            String name, int min, int max, Function<JsonFields, Supplier<T>> reader) {
        return field(
                name,
                node -> node.isArray() && node.size() >= min && node.size() <= max && onlyObjects(node)
                        ? readAll(node, prefix + name, reader)
                        : null,
                "must be a list of " + min + " to " + max + " objects");
    }

    private <T> Field<T> field(String name, Function<JsonNode, @Nullable T> read, String rule) {
        if (!asked.add(name)) {
            throw new IllegalStateException(prefix + name + " was asked for twice");
        }
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return new Field<>(errors, prefix + name, node != null, null);
        }
        T value = read.apply(node);
        if (value == null) {
            errors.add(prefix + name, rule);
        }
        return new Field<>(errors, prefix + name, true, value);
    }

    private <T> Supplier<T> read(JsonNode node, String path, Function<JsonFields, Supplier<T>> reader) {
        JsonFields fields = new JsonFields(node, path + ".", errors);
        nested.add(fields);
        return reader.apply(fields);
    }

    private <T> List<Supplier<T>> readAll(JsonNode array, String path, Function<JsonFields, Supplier<T>> reader) {
        List<Supplier<T>> items = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            items.add(read(array.get(i), path + "[" + i + "]", reader));
        }
        return List.copyOf(items);
    }

    private void refuseUnknown() {
        object.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                errors.add(prefix + FieldErrors.shown(name), "is not a field of this request");
            }
        });
        nested.forEach(JsonFields::refuseUnknown);
    }

    private static boolean onlyObjects(JsonNode array) {
        for (JsonNode item : array) {
            if (!item.isObject()) {
                return false;
            }
        }
        return true;
    }

    private static byte @Nullable [] readObject(JsonNode node, int maxBytes) {
        byte[] json = node.isObject() ? StrictJson.write(node) : null;
        return json != null && json.length <= maxBytes ? json : null;
    }

    private static <T> @Nullable List<T> readList(JsonNode node, int max, Function<String, Optional<T>> parse) {
        if (!node.isArray() || node.size() > max) {
            return null;
        }
        List<T> items = new ArrayList<>(node.size());
        Set<T> seen = new HashSet<>();
        for (JsonNode item : node) {
            Optional<T> value = readText(item).flatMap(parse);
            if (value.isEmpty() || !seen.add(value.get())) {
                return null;
            }
            items.add(value.get());
        }
        return List.copyOf(items);
    }

    private static @Nullable Map<String, String> readMap(JsonNode node, int max, Pattern key, int longestValue) {
        if (!node.isObject() || node.size() > max) {
            return null;
        }
        Map<String, String> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String value = readText(entry.getValue()).orElse(null);
            boolean fits = value != null
                    && key.matcher(entry.getKey()).matches()
                    && value.codePointCount(0, value.length()) <= longestValue
                    && Percent.isText(value);
            if (!fits) {
                return null;
            }
            entries.put(entry.getKey(), value);
        }
        return entries;
    }

    private static Optional<String> readText(JsonNode node) {
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }

    /** Says nothing of what is in it. */
    @Override
    public String toString() {
        return "JsonFields";
    }
}
