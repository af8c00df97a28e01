package io.tokenvault.connection;

/**
 * How often a token may be used.
 *
 * @param limit requests in one period, and the largest burst
 * @param period an ISO 8601 duration, as it was written
 */
public record RateLimit(long limit, String period) {}
