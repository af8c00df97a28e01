package io.tokenvault.http;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Keeps out of traces what callers made up: paths and queries can hold anything, a token too. What was asked for is told
 * by {@code http.route}. The names of attributes are those of the semantic conventions for HTTP.
 */
@Singleton
class SpanPrivacy implements SpanProcessor {
    private static final String NOT_TOLD = "-";
    private static final List<AttributeKey<String>> MADE_UP = List.of(
            AttributeKey.stringKey("url.path"),
            AttributeKey.stringKey("url.query"),
            AttributeKey.stringKey("url.full"),
            AttributeKey.stringKey("http.target"),
            AttributeKey.stringKey("http.url"));

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        for (AttributeKey<String> key : MADE_UP) {
            if (span.getAttribute(key) != null) {
                span.setAttribute(key, NOT_TOLD);
            }
        }
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
