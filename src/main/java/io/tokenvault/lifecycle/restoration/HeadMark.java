package io.tokenvault.lifecycle.restoration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.coherence.AuditHistory;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of a change log as the secrets backend remembers it:
 * {@code {"log_id","head","event_id","written_at","generation"}}.
 *
 * @param log null: the mark does not say of which log it is
 * @param event null: the mark does not say which change the head was
 * @param writtenAt at the time of the database; null: the mark does not say
 */
record HeadMark(
        @Nullable String log,
        long head,
        @Nullable String event,
        @Nullable Instant writtenAt) {

    static HeadMark of(AuditHistory.Head head, Instant writtenAt) {
        return new HeadMark(head.log(), head.number(), head.event(), writtenAt);
    }

    /** The mark in this value; empty when it is none. */
    static Optional<HeadMark> parse(SecretValue value) {
        ObjectNode json = value.reveal();
        JsonNode head = json.path("head");
        return head.isIntegralNumber() && head.canConvertToLong() && head.longValue() >= 0
                ? Optional.of(new HeadMark(
                        json.path("log_id").textValue(),
                        head.longValue(),
                        json.path("event_id").textValue(),
                        Optional.ofNullable(json.path("written_at").textValue())
                                .flatMap(Timestamp::parse)
                                .orElse(null)))
                : Optional.empty();
    }

    SecretValue toSecret(long generation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("log_id", log);
        json.put("head", head);
        json.put("event_id", event);
        json.put("written_at", writtenAt == null ? null : Timestamp.text(writtenAt));
        json.put("generation", generation);
        return SecretValue.of(json);
    }

    boolean isOf(AuditHistory.Head ours) {
        return log == null || log.equals(ours.log());
    }

    AuditHistory.Head asHeadOf(String ours) {
        return new AuditHistory.Head(ours, head, event);
    }
}
