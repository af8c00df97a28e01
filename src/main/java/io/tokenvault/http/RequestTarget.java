package io.tokenvault.http;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Judges the path of a request as it came, before anything decodes or normalizes it (RFC 3986 §6): only a path with one
 * reading goes further, so that no two parts of the service can disagree about what it names.
 */
final class RequestTarget {
    /** What may be told of a path. */
    enum Judgement {
        PLAIN,
        /** Readable in more than one way, or not as a path at all: nothing is there. */
        NOTHING_THERE,
        /** Not a URL. */
        MALFORMED
    }

    /** The gateways' area, whose one route judges the raw target itself. */
    static final String UNTOUCHED = "/authz/";

    /** Printable, and in no path (RFC 3986 §3.3). */
    private static final String FOREIGN = " \"#<>?[]^`{|}";

    private static final int DELETE = 0x7F;
    private static final Set<String> DOTS = Set.of(".", "..");

    private RequestTarget() {}

    static Judgement judge(String path) {
        if (path.startsWith(UNTOUCHED)) {
            return Judgement.PLAIN;
        }
        if (isOrdinary(path)) {
            return Judgement.PLAIN;
        }
        Judgement characters = judgeCharacters(path);
        if (characters != Judgement.PLAIN) {
            return characters;
        }
        Optional<String> decoded = Percent.decode(path);
        if (decoded.isEmpty()) {
            return Judgement.MALFORMED;
        }
        return !path.startsWith("/") || !Percent.isText(decoded.get()) || (path.length() > 1 && hasOddSegment(path))
                ? Judgement.NOTHING_THERE
                : Judgement.PLAIN;
    }

    /** Whether it is one of most paths: words between single slashes, with nothing in them that takes a closer look. */
    private static boolean isOrdinary(String path) {
        char last = 0;
        for (int i = 0; i < path.length(); i++) {
            char read = path.charAt(i);
            boolean word = read >= 'a' && read <= 'z' || read >= 'A' && read <= 'Z' || read >= '0' && read <= '9';
            boolean inside = i > 0 && last != '/' && (read == '/' || read == '-' || read == '_');
            if (!word && !inside && !(i == 0 && read == '/')) {
                return false;
            }
            last = read;
        }
        return path.startsWith("/") && last != '/';
    }

    private static Judgement judgeCharacters(String path) {
        Judgement worst = Judgement.PLAIN;
        for (int i = 0; i < path.length(); i++) {
            char read = path.charAt(i);
            if (read > '~' || FOREIGN.indexOf(read) >= 0 || (read == '%' && !Percent.isEncoded(path, i))) {
                return Judgement.MALFORMED;
            }
            int octet = read == '%' ? HexFormat.fromHexDigits(path, i + 1, i + 3) : read;
            if (isAmbiguous(octet) || (octet == '/' && read == '%')) {
                worst = Judgement.NOTHING_THERE;
            }
        }
        return worst;
    }

    /** Whether it would end, split or hide a part of the path, depending on who reads it. */
    private static boolean isAmbiguous(int octet) {
        return octet < ' ' || octet == DELETE || octet == '\\' || octet == ';';
    }

    private static boolean hasOddSegment(String path) {
        for (String segment : path.substring(1).split("/", -1)) {
            String plain = segment.toLowerCase(Locale.ROOT).replace("%2e", ".");
            if (plain.isEmpty() || DOTS.contains(plain)) {
                return true;
            }
        }
        return false;
    }
}
