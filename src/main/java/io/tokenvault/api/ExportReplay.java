package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.access.Call;
import io.tokenvault.access.Operator;
import io.tokenvault.access.OperatorDirectory;
import io.tokenvault.access.Operators;
import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.lifecycle.restoration.EventReplay;
import io.tokenvault.lifecycle.restoration.EventReplay.Event;
import io.tokenvault.token.OperatorId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Applies an audit export to a database that lost those events, each once: tokens and connections by
 * {@link EventReplay}, operators here. Tells what of it cannot be had again.
 */
@ApplicationScoped
class ExportReplay {
    private static final int MOST_SHOWN = 500;

    /** What these made is not in an event: a person has to see to it. */
    private static final Set<String> LOST = Set.of(
            "connection.create",
            "connection.edit",
            "connection.resume",
            "connection.rotate",
            "connection.reconnect",
            "operator.create",
            "operator.rotate");

    private final EventReplay replay;
    private final Operators operators;
    private final OperatorDirectory directory;
    private final DatabaseClock clock;
    private final AuditLog audit;
    private final Call call;

    ExportReplay(
            EventReplay replay,
            Operators operators,
            OperatorDirectory directory,
            DatabaseClock clock,
            AuditLog audit,
            Call call) {
        this.replay = replay;
        this.operators = operators;
        this.directory = directory;
        this.clock = clock;
        this.audit = audit;
        this.call = call;
    }

    /** Applies the events, oldest first, in the running transaction; what became of them as JSON. */
    ObjectNode replay(List<Event> events, String reason) {
        Set<String> unknown = replay.claim(events.stream().map(Event::id).toList());
        List<Event> lost = new ArrayList<>();
        int applied = 0;
        int withoutEffect = 0;
        int known = 0;
        for (Event event : events) {
            if (!unknown.remove(event.id())) {
                known++;
                continue;
            }
            if (apply(event)) {
                applied++;
            } else {
                withoutEffect++;
            }
            if (LOST.contains(event.action())) {
                lost.add(event);
            }
        }
        audit.append(new AuditEvent(
                call.origin(),
                "database.replay",
                new AuditEvent.Subject("database", null),
                null,
                AuditEvent.Result.SUCCESS,
                reason));
        ObjectNode json = Json.object();
        json.put("applied", applied);
        json.put("without_effect", withoutEffect);
        json.put("known", known);
        json.put("lost", lost.size());
        json.set("lost_changes", shown(lost));
        return json;
    }

    private boolean apply(Event event) {
        return switch (event.action()) {
            case "operator.remove" ->
                operator(event)
                        .map(operator ->
                                directory.remove(operator.id(), call.origin()).changed())
                        .orElse(false);
            // Nobody is shown the key that replaces the old one. The caller's own stays: somebody has to decide.
            case "operator.rotate" ->
                operator(event)
                        .filter(operator -> operator.isActiveAt(clock.now())
                                && !operator.id().value().equals(call.caller().id()))
                        .map(operator -> directory.rotateKey(operator.id(), call.origin()))
                        .isPresent();
            default -> replay.apply(event, call.origin());
        };
    }

    private Optional<Operator> operator(Event event) {
        return Optional.ofNullable(event.object())
                .flatMap(OperatorId::parse)
                .flatMap(id -> operators.find(id, call.caller()));
    }

    private static ArrayNode shown(List<Event> lost) {
        return Json.array(lost.subList(0, Math.min(lost.size(), MOST_SHOWN)), event -> {
            ObjectNode json = Json.object();
            json.put("event_id", event.id());
            json.put("at", Json.time(event.at()));
            json.put("action", event.action());
            json.put("object_id", event.object());
            return json;
        });
    }
}
