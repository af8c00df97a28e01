package io.tokenvault.http;

import java.util.regex.Pattern;

/** The media types of bodies that are read here; UTF-8, which the type may say and nothing else (RFC 9110 §8.3). */
public enum BodyType {
    JSON("application/json"),
    FORM("application/x-www-form-urlencoded");

    private final String mediaType;
    private final Pattern header;

    BodyType(String mediaType) {
        this.mediaType = mediaType;
        this.header = Pattern.compile(
                "[ \t]*" + Pattern.quote(mediaType) + "[ \t]*(?:;[ \t]*charset=(?:utf-8|\"utf-8\")[ \t]*)?",
                Pattern.CASE_INSENSITIVE);
    }

    String mediaType() {
        return mediaType;
    }

    boolean matches(String contentType) {
        return contentType.equals(mediaType) || header.matcher(contentType).matches();
    }
}
