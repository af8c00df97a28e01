package io.tokenvault.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one JSON object (RFC 8259) into maps, lists, strings, booleans, {@link Number}s as they were written and
 * {@link Null}. A text with a doubled name, too much depth or anything after the object is none.
 */
final class StrictJson {
    /** The value {@code null}. */
    enum Null {
        NULL
    }

    /** A number, which no verdict holds so far. */
    record Number(String text) {}

    /** The text is no such object; says where, and nothing of what it holds. */
    static final class NoJsonException extends Exception {
        private static final long serialVersionUID = 1L;

        private NoJsonException(int at) {
            super("no JSON object, at " + at, null, false, false);
        }
    }

    private static final int DEEPEST = 8;
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";
    private static final Pattern UNICODE = Pattern.compile("u([0-9A-Fa-f]{4})");
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");

    private final String text;
    private int at;

    private StrictJson(String text) {
        this.text = text;
    }

    static Map<String, Object> object(byte[] utf8) throws NoJsonException {
        StrictJson json;
        try {
            json = new StrictJson(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException noText) {
            throw new NoJsonException(0);
        }
        json.space();
        Map<String, Object> object = json.object(1);
        json.space();
        if (json.at != json.text.length()) {
            throw new NoJsonException(json.at);
        }
        return object;
    }

    private Map<String, Object> object(int depth) throws NoJsonException {
        Map<String, Object> object = new LinkedHashMap<>();
        open('{', depth);
        if (next('}')) {
            return object;
        }
        do {
            space();
            String name = string();
            space();
            expect(':');
            if (object.put(name, value(depth)) != null) {
                throw new NoJsonException(at);
            }
        } while (next(','));
        expect('}');
        return object;
    }

    private List<Object> array(int depth) throws NoJsonException {
        List<Object> array = new ArrayList<>();
        open('[', depth);
        if (next(']')) {
            return array;
        }
        do {
            array.add(value(depth));
        } while (next(','));
        expect(']');
        return array;
    }

    private Object value(int depth) throws NoJsonException {
        space();
        Object value = switch (at < text.length() ? text.charAt(at) : ' ') {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", Null.NULL);
            default -> new Number(match(NUMBER).group());
        };
        space();
        return value;
    }

    /** By hand, since a pattern would need a stack as deep as the text is long. */
    private String string() throws NoJsonException {
        expect('"');
        StringBuilder plain = new StringBuilder();
        while (at < text.length()) {
            char read = text.charAt(at++);
            if (read == '"') {
                return plain.toString();
            }
            if (read < ' ') {
                break;
            }
            plain.append(read == '\\' ? escaped() : read);
        }
        throw new NoJsonException(at);
    }

    private char escaped() throws NoJsonException {
        int escape = at < text.length() ? ESCAPES.indexOf(text.charAt(at)) : -1;
        if (escape >= 0) {
            at++;
            return ESCAPED.charAt(escape);
        }
        return (char) Integer.parseInt(match(UNICODE).group(1), 16);
    }

    private Object word(String word, Object meaning) throws NoJsonException {
        if (!text.startsWith(word, at)) {
            throw new NoJsonException(at);
        }
        at += word.length();
        return meaning;
    }

    private Matcher match(Pattern pattern) throws NoJsonException {
        Matcher found = pattern.matcher(text).region(at, text.length());
        if (!found.lookingAt()) {
            throw new NoJsonException(at);
        }
        at = found.end();
        return found;
    }

    private void open(char bracket, int depth) throws NoJsonException {
        if (depth > DEEPEST) {
            throw new NoJsonException(at);
        }
        expect(bracket);
        space();
    }

    private void expect(char wanted) throws NoJsonException {
        if (!next(wanted)) {
            throw new NoJsonException(at);
        }
    }

    private boolean next(char wanted) {
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }
}
