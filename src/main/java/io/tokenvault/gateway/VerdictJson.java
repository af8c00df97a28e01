package io.tokenvault.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tokenvault.token.Timestamp;
import io.tokenvault.token.TokenState;
import io.tokenvault.validation.TokenRecord;
import io.tokenvault.validation.Verdict;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes verdicts. Nothing in them has to be escaped: ids, tenants, systems, environments and scopes have no character
 * that JSON treats specially (RFC 8259 §7).
 */
final class VerdictJson {
    private static final int USUAL_LENGTH = 400;

    private VerdictJson() {}

    /** One verdict, as a document. */
    static Buffer document(Verdict verdict) {
        StringBuilder json = new StringBuilder(USUAL_LENGTH);
        append(json, verdict);
        return buffer(json);
    }

    /** The answer to a batch. */
    static Buffer document(List<Verdict> verdicts) {
        StringBuilder json = new StringBuilder(USUAL_LENGTH * verdicts.size()).append("{\"results\":[");
        String separator = "";
        for (Verdict verdict : verdicts) {
            append(json.append(separator), verdict);
            separator = ",";
        }
        return buffer(json.append("]}"));
    }

    private static Buffer buffer(StringBuilder json) {
        return Buffer.buffer(json.toString().getBytes(ISO_8859_1));
    }

    private static void append(StringBuilder json, Verdict verdict) {
        switch (verdict) {
            case Verdict.Accepted(var token, var state) -> append(json, token, state);
            case Verdict.Refused(var reason) -> refused(json, reason.code());
            case Verdict.Limited limited -> refused(json, limited.reason().code());
        }
    }

    private static void refused(StringBuilder json, String reason) {
        json.append("{\"active\":false,\"reason\":\"").append(reason).append("\"}");
    }

    private static void append(StringBuilder json, TokenRecord token, TokenState state) {
        json.append("{\"active\":true,\"token_id\":\"").append(token.id().value());
        json.append("\",\"connection_id\":\"").append(token.connection().value());
        json.append("\",\"tenant\":\"").append(token.tenant());
        json.append("\",\"system\":\"").append(token.system());
        json.append("\",\"environment\":\"").append(token.environment().value());
        json.append("\",\"scopes\":[");
        String separator = "\"";
        for (String scope : token.scopes()) {
            json.append(separator).append(scope).append('"');
            separator = ",\"";
        }
        json.append("],\"state\":\"").append(code(state));
        json.append("\",\"expires_at\":");
        append(json, token.life().expiresAt());
        json.append(",\"retires_at\":");
        append(json, token.life().retiresAt());
        json.append('}');
    }

    private static String code(TokenState state) {
        return switch (state) {
            case CURRENT -> "current";
            case RETIRING -> "retiring";
            case EXPIRED -> "expired";
            case REVOKED -> "revoked";
        };
    }

    private static void append(StringBuilder json, @Nullable Instant time) {
        if (time == null) {
            json.append("null");
        } else {
            json.append('"').append(Timestamp.text(time)).append('"');
        }
    }
}
