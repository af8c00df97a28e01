package io.tokenvault.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.stream.StreamSupport;

/**
 * Reads one JSON document (RFC 8259) as narrowly as its grammar allows: strict UTF-8 without a byte order mark, no
 * doubled names, nothing after the document, at most 20 levels, no NUL, no unpaired surrogate, no number beyond the
 * range of a double. Errors say where, and never quote.
 */
public final class StrictJson {
    private static final int DEEPEST = 20;
    private static final int LONGEST_NUMBER = 64;
    private static final int LONGEST_NAME = 512;
    private static final int LONGEST_TEXT = 2 * 1024 * 1024;
    private static final int LARGEST_EXPONENT = 308;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(LONGEST_NUMBER)
                            .maxNameLength(LONGEST_NAME)
                            .maxStringLength(LONGEST_TEXT)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private StrictJson() {}

    /** The document; a {@link ProblemException} of 400 when the bytes are not exactly one. */
    public static JsonNode parse(byte[] body) {
        String text = decode(body);
        JsonNode document;
        try {
            document = MAPPER.readTree(text);
        } catch (StreamConstraintsException | NumberFormatException _) {
            throw ProblemException.malformed("the JSON is nested too deeply, or has a name or number that is too long");
        } catch (JsonProcessingException unreadable) {
            // The message of the parser quotes the input, so only the place is told.
            throw ProblemException.malformed("the body is not one valid JSON document" + place(unreadable));
        }
        if (document == null || document.isMissingNode()) {
            throw ProblemException.malformed("the body is not one valid JSON document");
        }
        refuseUnstorable(document);
        return document;
    }

    /** The node as compact JSON. */
    static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree that was read cannot be written");
        }
    }

    private static String decode(byte[] body) {
        CharBuffer text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException _) {
            throw ProblemException.malformed("the body is not UTF-8");
        }
        if (!text.isEmpty() && text.get(0) == '\uFEFF') {
            throw ProblemException.malformed("the body starts with a byte order mark");
        }
        return text.toString();
    }

    private static String place(JsonProcessingException unreadable) {
        JsonLocation location = unreadable.getLocation();
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static void refuseUnstorable(JsonNode node) {
        if (node.isTextual()) {
            refuseUnstorable(node.textValue());
        } else if (node.isBigDecimal()) {
            BigDecimal number = node.decimalValue();
            if (Math.abs((long) number.precision() - number.scale()) > LARGEST_EXPONENT) {
                throw ProblemException.malformed("the JSON has a number that is too large or too small");
            }
        } else if (node.isObject()) {
            node.fieldNames().forEachRemaining(StrictJson::refuseUnstorable);
        }
        StreamSupport.stream(node.spliterator(), false).forEach(StrictJson::refuseUnstorable);
    }

    private static void refuseUnstorable(String text) {
        if (text.indexOf('\0') >= 0) {
            throw ProblemException.malformed("the JSON has a NUL character");
        }
        if (text.codePoints().anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
            throw ProblemException.malformed("the JSON has an unpaired surrogate");
        }
    }
}
