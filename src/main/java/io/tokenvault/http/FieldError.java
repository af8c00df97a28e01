package io.tokenvault.http;

/** What is wrong with one field of a body, named by its path: {@code rate_limit.period}. Never quotes the value. */
public record FieldError(String field, String message) {}
